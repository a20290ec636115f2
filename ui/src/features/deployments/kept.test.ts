import { describe, expect, it } from 'vitest'
import type { KeptRow } from '../../ipc/generated'
import { diffLines, keptSaid, revisionChoices } from './kept'

const row: KeptRow = {
  id: 'k1',
  revision: 'rev_1',
  deployment: 'd1',
  made_at: 1,
  ours: true,
  live: false,
  canary: null,
  previous: false,
  held_by: null,
  broken: null,
}

describe('kept deployments', () => {
  it('are said by what matters most', () => {
    expect(keptSaid(row)).toBeNull()
    expect(keptSaid({ ...row, previous: true })?.word).toBe('live before')
    expect(keptSaid({ ...row, previous: true, broken: 'Gone' })).toMatchObject({ state: 'failed', why: 'Gone' })
    expect(keptSaid({ ...row, live: true, held_by: "the stage 'b'" })?.word).toBe('live')
    expect(keptSaid({ ...row, held_by: "the stage 'b'" })?.word).toContain("the stage 'b'")
    expect(keptSaid({ ...row, canary: 12.5, held_by: 'the canary' })?.word).toBe('canary, 12.5 % of the requests')
    expect(keptSaid({ ...row, ours: false })?.state).toBe('unknown')
  })

  it('offer live only where something is', () => {
    const list = { gateway: 'g', gateway_name: 'prod', gateway_kind: 'aws' as const, rows: [row], keep: 10 }
    expect(revisionChoices(null, list).map((one) => one.value)).toEqual(['working'])
    const served = { ...list, rows: [{ ...row, live: true }] }
    expect(revisionChoices(null, served).map((one) => one.value)).toEqual(['working', 'live'])
  })
})

describe('a unified diff', () => {
  it('is read into numbered lines', () => {
    const text = '--- a/x.yaml\n+++ b/x.yaml\n@@ -3,3 +3,3 @@\n same\n-old\n+new\n same\n\\ No newline at end of file\n'
    expect(diffLines(text)).toEqual([
      { kind: 'place', text: 'line 3', before: null, after: null },
      { kind: 'same', text: 'same', before: 3, after: 3 },
      { kind: 'removed', text: 'old', before: 4, after: null },
      { kind: 'added', text: 'new', before: null, after: 4 },
      { kind: 'same', text: 'same', before: 5, after: 5 },
    ])
    expect(diffLines('')).toEqual([])
  })
})
