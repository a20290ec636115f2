import { describe, expect, it } from 'vitest'
import type { Change, Fault, JournalRecord, RunEvent } from '../../ipc/generated'
import { emptyRun, fromJournal, recoverable, standing, withEvent, type RunView } from './timeline'

const fault: Fault = { code: 'aws.throttled', effect: 'none', retry: 'soon', summary: 'AWS asked to slow down.', advice: '', facts: {} }
const play = (events: RunEvent[], at = 1000): RunView => events.reduce((run, event, index) => withEvent(run, event, at + index * 100), emptyRun())
const started: RunEvent = { kind: 'started', steps: ['Make the API', 'Import', 'Move traffic'], eta_ms: 5000 }

describe('a run from its events', () => {
  it('lists every step before it begins', () => {
    const run = play([started])
    expect(run.steps.map((step) => step.state)).toEqual(['unknown', 'unknown', 'unknown'])
    expect(standing(run, 'publish')).toEqual({ state: 'running', word: 'deploying 1 of 3' })
  })
  it('shows a wait with its reason and end, then the try after it with the first start', () => {
    const events: RunEvent[] = [
      started,
      { kind: 'step-started', step: 0, attempt: 1 },
      { kind: 'step-failed', step: 0, fault, retrying: true },
      { kind: 'waiting', step: 0, reason: 'AWS allows one per 5 s', until: 9000 },
    ]
    const waiting = play(events)
    expect(waiting.steps[0]).toMatchObject({ state: 'waiting', note: 'AWS allows one per 5 s', resumesAt: 9000 })
    expect(standing(waiting, 'publish').word).toBe('waiting')
    const again = play([...events, { kind: 'step-started', step: 0, attempt: 2 }])
    expect(again.steps[0]).toMatchObject({ state: 'running', attempt: 2, startedAt: 1100, resumesAt: null })
  })
  it('leaves nothing turning after the end', () => {
    const run = play([
      started,
      { kind: 'step-started', step: 0, attempt: 1 },
      { kind: 'step-done', step: 0, request_id: 'r-1', elapsed_ms: 40 },
      { kind: 'step-started', step: 1, attempt: 1 },
      { kind: 'step-failed', step: 1, fault, retrying: false },
      { kind: 'undoing', step: 0 },
      { kind: 'finished', outcome: 'rolled-back', fault, invoke_url: null },
    ])
    expect(run.steps.map((step) => [step.state, step.note])).toEqual([
      ['unknown', 'Taken back'],
      ['failed', 'AWS asked to slow down.'],
      ['unknown', undefined],
    ])
    expect(standing(run, 'publish')).toEqual({ state: 'failed', word: 'failed, taken back' })
  })
})

describe('a run from its journal', () => {
  const change = (sentence: string): Change => ({ verb: 'x', sentence, effect: 'write', calls: [], payload: '' })
  const planned: JournalRecord = { seq: 0, at: 95, entry: { kind: 'planned', first: 0, changes: [change('Make the API'), change('Import'), change('Move traffic')] } }
  const records: JournalRecord[] = [
    { seq: 1, at: 100, entry: { kind: 'intended', step: 0, change: change('Make the API'), attempt: 1 } },
    { seq: 2, at: 160, entry: { kind: 'done', step: 0, receipt: { verb: 'x', outputs: {}, request_id: 'r-9', created: true, warnings: [] } } },
    { seq: 3, at: 170, entry: { kind: 'intended', step: 1, change: change('Import'), attempt: 1 } },
  ]
  it('tells the same as the events did', () => {
    const run = fromJournal(records, 90)
    expect(run.steps).toMatchObject([
      { title: 'Make the API', state: 'ok', reference: 'r-9', startedAt: 100, endedAt: 160 },
      { title: 'Import', state: 'running', startedAt: 170 },
    ])
  })
  it('lists what is still to come, and a plan that takes the place of the rest of another', () => {
    expect(fromJournal([planned, ...records], 90).steps.map((step) => step.state)).toEqual(['ok', 'running', 'unknown'])
    const other: JournalRecord = { seq: 9, at: 200, entry: { kind: 'planned', first: 1, changes: [change('Take it away')] } }
    expect(fromJournal([planned, ...records, other], 90).steps.map((step) => step.title)).toEqual(['Make the API', 'Take it away'])
  })
  it('goes on after a stuck end when the run is carried on', () => {
    const stuck: JournalRecord = { seq: 4, at: 180, entry: { kind: 'finished', outcome: 'stuck', fault, invoke_url: null } }
    expect(fromJournal([...records, stuck], 90).outcome).toBe('stuck')
    const on: JournalRecord = { seq: 5, at: 190, entry: { kind: 'intended', step: 1, change: change('Import'), attempt: 2 } }
    expect(fromJournal([...records, stuck, on], 90)).toMatchObject({ outcome: null, fault: null })
  })
})

describe('recoverable', () => {
  const row = { outcome: null, running: false } as Parameters<typeof recoverable>[0]
  it('is what stuck or was interrupted, not what runs', () => {
    expect(recoverable({ ...row, outcome: 'stuck' })).toBe(true)
    expect(recoverable(row)).toBe(true)
    expect(recoverable({ ...row, running: true })).toBe(false)
    expect(recoverable({ ...row, outcome: 'live' })).toBe(false)
  })
})
