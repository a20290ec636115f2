/** How a run's end is said. */
import type { Outcome } from '../../ipc'
import type { State } from '../../kit/types'

export const RUNNING: { state: State; word: string } = { state: 'running', word: 'running' }

export const OUTCOMES: Record<Outcome, { state: State; word: string }> = {
  live: { state: 'ok', word: 'live' },
  unchanged: { state: 'ok', word: 'unchanged' },
  withdrawn: { state: 'ok', word: 'withdrawn' },
  'rolled-back': { state: 'failed', word: 'taken back' },
  cancelled: { state: 'warning', word: 'cancelled' },
  stuck: { state: 'failed', word: 'stuck' },
}
