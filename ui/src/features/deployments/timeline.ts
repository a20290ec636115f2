/**
 * One run as a column of steps, folded from its events or from its journal.
 * It refuses to guess: a step nobody reported on is not started.
 */
import type { DeploymentRow, Entry, Fault, JournalRecord, Outcome, RunEvent, RunGoal } from '../../ipc/generated'
import { sentence } from '../../kit/words'
import { GOALS, OUTCOMES } from '../../outcomes'
import type { State, TimelineColumn, TimelineStep } from '../../kit/types'

export interface RunView {
  steps: TimelineStep[]
  startedAt: number | null
  endedAt: number | null
  etaMs: number | null
  undoing: boolean
  outcome: Outcome | null
  fault: Fault | null
  invokeUrl: string | null
}

const TAKEN_BACK = 'Taken back'

export function emptyRun(): RunView {
  return { steps: [], startedAt: null, endedAt: null, etaMs: null, undoing: false, outcome: null, fault: null, invokeUrl: null }
}

function step(run: RunView, index: number): TimelineStep {
  for (let at = run.steps.length; at <= index; at += 1) run.steps.push({ id: String(at), title: `Step ${at + 1}`, state: 'unknown' })
  // The loop above made it exist.
  return run.steps[index] as TimelineStep
}

function edited(run: RunView, index: number, change: Partial<TimelineStep>): RunView {
  const next = { ...run, steps: [...run.steps] }
  const old = step(next, index)
  next.steps[index] = { ...old, ...change }
  return next
}

/** The run after one more event, which arrived at `at`. */
export function withEvent(run: RunView, event: RunEvent, at: number): RunView {
  switch (event.kind) {
    case 'started':
      return {
        ...emptyRun(),
        startedAt: at,
        etaMs: event.eta_ms,
        steps: event.steps.map((title, index) => ({ id: String(index), title, state: 'unknown' })),
      }
    case 'step-started': {
      const startedAt = event.attempt > 1 ? (run.steps[event.step]?.startedAt ?? at) : at
      return edited(run, event.step, { state: 'running', startedAt, endedAt: null, attempt: event.attempt, note: null, resumesAt: null })
    }
    case 'waiting':
      return edited(run, event.step, {
        state: 'waiting',
        startedAt: run.steps[event.step]?.startedAt ?? at,
        note: event.reason,
        resumesAt: event.until,
      })
    case 'step-done':
      return edited(run, event.step, {
        state: 'ok',
        startedAt: at - event.elapsed_ms,
        endedAt: at,
        reference: event.request_id,
        note: null,
        resumesAt: null,
      })
    case 'step-failed':
      return edited(run, event.step, {
        state: event.retrying ? 'waiting' : 'failed',
        note: event.retrying ? `${sentence(event.fault.summary)} It is tried again.` : event.fault.summary,
        endedAt: event.retrying ? null : at,
        resumesAt: null,
      })
    case 'probing':
      return edited(run, event.step, { state: 'running', note: 'Finding out whether it happened', endedAt: null, resumesAt: null })
    case 'undone':
      return { ...edited(run, event.step, { state: 'unknown', note: TAKEN_BACK, endedAt: at }), undoing: true }
    case 'undo-failed':
      return { ...edited(run, event.step, { state: 'failed', note: `Not taken back: ${event.fault.summary}`, endedAt: at }), undoing: true }
    case 'undoing':
      return { ...edited(run, event.step, { state: 'running', note: 'Being taken back', startedAt: at, endedAt: null }), undoing: true }
    case 'finished':
      return closed({ ...run, outcome: event.outcome, fault: event.fault, invokeUrl: event.invoke_url, endedAt: at })
  }
}

/** The run its journal tells of. */
export function fromJournal(records: JournalRecord[], startedAt: number): RunView {
  return records.reduce<RunView>((run, record) => withEntry(run, record.entry, record.at), { ...emptyRun(), startedAt })
}

function withEntry(run: RunView, entry: Entry, at: number): RunView {
  switch (entry.kind) {
    case 'planned': {
      const steps = entry.changes.map((change, index): TimelineStep => ({ id: String(entry.first + index), title: change.sentence, state: 'unknown' }))
      return { ...run, steps: [...run.steps.slice(0, entry.first), ...steps] }
    }
    case 'resumed':
      return { ...run, outcome: null, fault: null, endedAt: null }
    case 'intended': {
      const begun = entry.attempt > 1 ? (run.steps[entry.step]?.startedAt ?? at) : at
      return edited({ ...run, outcome: null, fault: null, endedAt: null }, entry.step, {
        title: entry.change.sentence,
        state: 'running',
        startedAt: begun,
        endedAt: null,
        attempt: entry.attempt,
        note: null,
      })
    }
    case 'done':
      return edited(run, entry.step, {
        state: entry.receipt.warnings.length > 0 ? 'warning' : 'ok',
        endedAt: at,
        reference: entry.receipt.request_id,
        note: entry.receipt.warnings[0]?.message ?? null,
      })
    case 'failed':
      return edited(run, entry.step, { state: 'failed', endedAt: at, note: entry.fault.summary })
    case 'undone':
      return { ...edited(run, entry.step, { state: 'unknown', note: TAKEN_BACK }), undoing: true }
    case 'undo-failed':
      return { ...edited(run, entry.step, { state: 'failed', endedAt: at, note: `Not taken back: ${entry.fault.summary}` }), undoing: true }
    case 'finished':
      return closed({ ...run, outcome: entry.outcome, fault: entry.fault, invokeUrl: entry.invoke_url, endedAt: at })
  }
}

/** Nothing keeps turning after the end. */
function closed(run: RunView): RunView {
  const takenBack = run.outcome === 'rolled-back' || run.outcome === 'cancelled'
  return {
    ...run,
    steps: run.steps.map((one) => {
      if (one.note === 'Being taken back' && takenBack) return { ...one, state: 'unknown', note: TAKEN_BACK, endedAt: run.endedAt }
      if (one.state === 'running' || one.state === 'waiting') {
        return { ...one, state: 'unknown', resumesAt: null, startedAt: null, endedAt: null }
      }
      return one
    }),
  }
}

/** Where the run stands, in one word with its state. */
export function standing(run: RunView, goal: RunGoal): { state: State; word: string } {
  if (run.outcome) return OUTCOMES[run.outcome]
  if (run.undoing) return { state: 'warning', word: 'taking back' }
  if (run.steps.some((one) => one.state === 'waiting')) return { state: 'waiting', word: 'waiting' }
  const done = run.steps.filter((one) => one.state === 'ok' || one.state === 'warning').length
  const verb = GOALS[goal].doing
  return { state: 'running', word: run.steps.length === 0 ? verb : `${verb} ${Math.min(done + 1, run.steps.length)} of ${run.steps.length}` }
}

export function column(row: DeploymentRow, run: RunView): TimelineColumn {
  return { id: row.deployment, title: row.gateway_name, ...standing(run, row.goal), steps: run.steps }
}

/** A run nothing carries on: what its last step did is not known. */
export function interrupted(told: TimelineColumn): TimelineColumn {
  return {
    ...told,
    state: 'warning',
    word: 'interrupted',
    steps: told.steps.map((one) =>
      one.state === 'running' || one.state === 'waiting'
        ? { ...one, state: 'warning', startedAt: null, resumesAt: null, note: 'It is not known whether this happened' }
        : one,
    ),
  }
}

/** A step that moves traffic or writes is never cut: cancelling waits for it. */
export function cancellable(run: RunView): boolean {
  return run.outcome === null && !run.undoing
}

/** Gateways of these runs whose run failed and may be tried again. */
export function failedGateways(rows: DeploymentRow[]): string[] {
  return rows.filter((row) => row.outcome === 'rolled-back' || row.outcome === 'cancelled').map((row) => row.gateway)
}

/** A run that can only be carried on or cleaned up: stuck, or without an end although nothing runs it. */
export function recoverable(row: DeploymentRow): boolean {
  return row.outcome === 'stuck' || (row.outcome === null && !row.running)
}

/** `rev_3fa9…` short enough for a table. */
export function shortRevision(revision: string | null): string {
  return revision === null ? '–' : revision.slice(0, 12)
}
