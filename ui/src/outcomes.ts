/**
 * How placements and runs are said: one word with its state.
 * It refuses to say the same thing in two ways.
 */
import type { DeploymentRow, Outcome, PlacementRow, PlacementState, RunGoal } from './ipc/generated'
import type { State } from './kit/types'

interface Said {
  state: State
  word: string
}

export const PLACEMENTS: Record<PlacementState, Said & { means: string }> = {
  live: { state: 'ok', word: 'live', means: 'The working revision answers here.' },
  behind: { state: 'warning', word: 'behind', means: 'An older revision answers here.' },
  deploying: { state: 'running', word: 'deploying', means: 'A run is under way.' },
  interrupted: { state: 'warning', word: 'interrupted', means: 'The last run broke off; open it to end it.' },
  failed: { state: 'failed', word: 'failed', means: 'The last run failed and was taken back.' },
  stuck: { state: 'failed', word: 'stuck', means: 'The last run failed and left something behind.' },
}

export const DRIFTED: Record<'removed' | 'loosened' | 'drifted', Said & { means: string }> = {
  removed: { state: 'failed', word: 'removed', means: 'It was deployed and is gone from the gateway.' },
  loosened: { state: 'failed', word: 'drifted', means: 'It was changed on the gateway by hand, and fewer checks stand before it.' },
  drifted: { state: 'warning', word: 'drifted', means: 'It was changed on the gateway by hand.' },
}

/** How a placement stands, with what was found when its gateway was looked at. What a run is doing is said first. */
export function placementSaid({ state, drift }: Pick<PlacementRow, 'state' | 'drift'>): Said & { means: string } {
  if (!drift || (state !== 'live' && state !== 'behind')) return PLACEMENTS[state]
  if (drift.removed) return DRIFTED.removed
  if (drift.count === 0) return PLACEMENTS[state]
  return drift.lowers_security ? DRIFTED.loosened : DRIFTED.drifted
}

export const OUTCOMES: Record<Outcome, Said> = {
  live: { state: 'ok', word: 'live' },
  unchanged: { state: 'ok', word: 'unchanged' },
  withdrawn: { state: 'ok', word: 'undeployed' },
  'rolled-back': { state: 'failed', word: 'failed, taken back' },
  cancelled: { state: 'warning', word: 'cancelled, taken back' },
  stuck: { state: 'failed', word: 'stuck' },
  forgotten: { state: 'unknown', word: 'forgotten' },
}

/** What a run is for: a word, the beginning of a title, and what it is doing. */
export const GOALS: Record<RunGoal, { word: string; title: string; on: string; doing: string }> = {
  publish: { word: 'deploy', title: 'Deploy', on: ' to', doing: 'deploying' },
  withdraw: { word: 'undeploy', title: 'Undeploy', on: ' from', doing: 'undeploying' },
  return: { word: 'roll back', title: 'Roll back', on: '', doing: 'rolling back' },
  share: { word: 'change canary', title: 'Change canary', on: ' on', doing: 'changing the canary' },
  promote: { word: 'promote', title: 'Promote canary', on: ' on', doing: 'promoting' },
  drop: { word: 'drop canary', title: 'Drop canary', on: ' on', doing: 'dropping the canary' },
}

/** Where a run stands. */
export function runSaid(row: Pick<DeploymentRow, 'outcome' | 'running'>): Said {
  if (row.outcome) return OUTCOMES[row.outcome]
  return row.running ? { state: 'running', word: 'running' } : { state: 'warning', word: 'interrupted' }
}
