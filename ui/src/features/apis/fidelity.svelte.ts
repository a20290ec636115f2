/** The fidelity report of the API on screen, for every part of the page that tells of it. It refuses older APIs' reports. */
import type { ApiId, Fault, FidelityReport } from '../../ipc/generated'

interface Told {
  api: ApiId
  report: FidelityReport | null
  fault: Fault | null
  loading: boolean
  again: () => void
}

class OnAws {
  told = $state.raw<Told | null>(null)

  of(api: ApiId): Told | null {
    return this.told?.api === api ? this.told : null
  }
}

export const onAws = new OnAws()
