/** A file dropped on the list, on its way to the import dialog. */
import type { ChosenFile } from '../../ipc'

class Dropped {
  file = $state.raw<ChosenFile | null>(null)
}

export const dropped = new Dropped()
