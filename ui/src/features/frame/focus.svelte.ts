/** Which gateway the window touches. Kept between starts; never chosen by itself once the user chose. */
import type { GatewayId, GatewayRow } from '../../ipc'

const KEPT = 'gatewright-gateway'

class Focus {
  #chosen = $state<GatewayId | null>(localStorage.getItem(KEPT))

  /** The chosen one if it is still there, or the first. */
  of(rows: GatewayRow[]): GatewayRow | null {
    return rows.find((row) => row.gateway.id === this.#chosen) ?? rows[0] ?? null
  }

  choose(gateway: GatewayId): void {
    this.#chosen = gateway
    localStorage.setItem(KEPT, gateway)
  }
}

export const focus = new Focus()
