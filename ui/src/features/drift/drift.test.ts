import { expect, test } from 'vitest'
import type { Drift, DriftPlace, DriftView } from '../../ipc'
import { placementSaid } from '../../outcomes'
import { adoptable, overwritable, remarks, said, shown, standing } from './drift'

function view(drift: Partial<Drift> = {}, more: Partial<DriftView> = {}): DriftView {
  const whole = { kind: 'changed', lowers_security: false, reach: 'callers', ...drift } as Drift
  return { key: 'GET /a', drift: whole, state: 'open', adopt: 'Does it', why_not: null, overwritten: true, ...more }
}
const place = (more: Partial<DriftPlace>) => ({ fault: null, at: 1, removed: null, drifts: [], pending: [], ...more }) as unknown as DriftPlace

test('what lets more in is said before what became of it', () => {
  expect(said(view({ lowers_security: true, kind: 'added' })).word).toBe('loosened')
  expect(said(view({ kind: 'removed' }))).toEqual({ state: 'failed', word: 'removed' })
  expect(said(view({ lowers_security: true }, { state: 'ignored' })).word).toBe('let be')
})

test('a draft, a conflict and what stays are told', () => {
  expect(remarks(view())).toEqual([])
  expect(remarks(view({ reach: 'draft' }, { state: 'conflict', overwritten: false }))).toHaveLength(3)
})

test('a place is judged by what is not let be', () => {
  expect(standing(place({})).word).toBe('as it was deployed')
  expect(standing(place({ at: null })).state).toBe('unknown')
  expect(standing(place({ removed: 'gone' })).word).toBe('removed')
  const let_be = view({ lowers_security: true }, { state: 'ignored' })
  expect(standing(place({ drifts: [let_be] })).state).toBe('ok')
  expect(standing(place({ drifts: [let_be, view()] }))).toEqual({ state: 'warning', word: '1 difference' })
  expect(standing(place({ drifts: [view(), view({ lowers_security: true })] }))).toEqual({ state: 'failed', word: '2 differences' })
})

test('only what is open is offered', () => {
  const all = place({ drifts: [view(), view({}, { adopt: null }), view({}, { state: 'adopted' }), view({}, { state: 'ignored', overwritten: true })] })
  expect(adoptable(all)).toHaveLength(1)
  expect(overwritable(place({ drifts: [view({}, { state: 'ignored' }), view({}, { overwritten: false })] }))).toBe(false)
})

test('values are read as texts or as JSON in lines', () => {
  expect(shown(null)).toBe('nothing')
  expect(shown('"a b"')).toBe('a b')
  expect(shown('{"a":1}')).toBe('{\n  "a": 1\n}')
})

test('a placement says what a run does before what was found', () => {
  const drift = { count: 2, lowers_security: false, removed: false, at: 1 }
  expect(placementSaid({ state: 'live', drift }).word).toBe('drifted')
  expect(placementSaid({ state: 'live', drift: { ...drift, count: 0 } }).word).toBe('live')
  expect(placementSaid({ state: 'behind', drift: { ...drift, removed: true } }).word).toBe('removed')
  expect(placementSaid({ state: 'deploying', drift }).word).toBe('deploying')
  expect(placementSaid({ state: 'live' }).word).toBe('live')
})
