/** The gateways as the frame last read them, so that a page that opens need not ask again. */
import type { GatewayRow } from '../../ipc'

class Known {
  gateways = $state.raw<GatewayRow[] | undefined>(undefined)
}

export const known = new Known()
