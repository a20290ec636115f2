import { describe, expect, it } from 'vitest'
import type { DeploymentDetail, RunFinding } from '../../ipc/generated'
import { said, together } from './said'

const found = (message: string, now: RunFinding['now'], line = 5): RunFinding => ({
  finding: { rule: 'GW055', severity: 'warning', place: { pointer: '/paths/~1notes/get', line, column: 5 }, message, why: 'AWS makes models of JSON bodies only.', fix: '', fixable: false },
  now,
})
const detail = (gateway_name: string, findings: RunFinding[]) => ({ row: { api: 'a', gateway_name }, findings }) as unknown as DeploymentDetail
const there = { pointer: '/paths/~1notes/get', line: 9, column: 5 }

describe('what gateways said about a document', () => {
  it('leads to where the place stands now', () => {
    const [only] = said([detail('eu', [found('Ignored', there)])])
    expect(only?.findings[0]).toEqual({
      line: 9,
      column: 5,
      severity: 'warning',
      text: 'Ignored.',
      more: ['AWS makes models of JSON bodies only.'],
      rule: 'GW055',
      href: '#/apis/a/design?line=9&column=5',
    })
  })
  it('says that a place is gone, and leads nowhere', () => {
    const [only] = said([detail('eu', [found('Ignored', null)])])
    expect(only?.findings[0]).toMatchObject({ line: 5, href: null, more: ['AWS makes models of JSON bodies only.', 'That place is not in the document any more.'] })
    const [nowhere] = said([detail('eu', [found('Ignored', null, 0)])])
    expect(nowhere?.findings[0]?.more).toEqual(['AWS makes models of JSON bodies only.'])
  })
  it('is told once for gateways that said the same', () => {
    const groups = said([detail('eu', [found('A', there)]), detail('us', [found('A', there)]), detail('ap', []), detail('sa', [found('B', there)])])
    expect(groups.map((group) => together(group.gateways))).toEqual(['eu and us', 'sa'])
    expect(together(['eu', 'us', 'ap'])).toBe('eu, us and ap')
  })
})
