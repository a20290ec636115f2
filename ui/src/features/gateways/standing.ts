/** How a gateway stands, as far as is known without asking it now. */
import type { GatewayRow } from '../../ipc'
import type { State } from '../../kit/types'

export function standing(row: GatewayRow): { state: State; word: string } {
  if (row.gateway.target.kind === 'local') {
    switch (row.serving?.state) {
      case 'here':
        return { state: 'ok', word: 'running' }
      case 'elsewhere':
        return { state: 'ok', word: 'running elsewhere' }
      case 'failed':
        return { state: 'failed', word: 'failed' }
      default:
        return { state: 'unknown', word: 'stopped' }
    }
  }
  if (!row.last_test) return { state: 'unknown', word: 'not tested' }
  if (row.last_test.expires_at !== null && row.last_test.expires_at < Date.now()) return { state: 'warning', word: 'session expired' }
  return row.last_test.permissions.some((one) => one.state === 'denied')
    ? { state: 'warning', word: 'some actions denied' }
    : { state: 'ok', word: 'reachable' }
}
