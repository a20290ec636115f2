import { expect, it } from 'vitest'
import { planAddress, readPlanAddress } from './address'
import { canarySentence, canaryWord, readShare } from './canary'

it('reads shares, and nothing else', () => {
  expect(['0', ' 10 ', '12.5', '99.99', '100', '100.00'].map(readShare)).toEqual([0, 10, 12.5, 99.99, 100, 100])
  for (const text of ['', '-1', '101', '1.234', 'ten', '1e1', '5%', '.5']) expect(readShare(text), text).toBeNull()
})

it('says what runs beside what is live', () => {
  const canary = { percent: 12.5, revision: 'rev_8ab12cd99' }
  expect(canaryWord({ canary, revision: 'rev_1' })).toMatch(/^12\.5 % on .*8ab12cd/)
  expect(canaryWord({ canary: { ...canary, revision: null }, revision: 'rev_1' })).toContain('another catalog')
  expect(canaryWord({ revision: 'rev_1' })).toBe('')
})

it('says what a plan makes of a canary', () => {
  const of = (goal: 'publish' | 'share' | 'promote' | 'drop' | 'withdraw', percent: number | null) => canarySentence({ goal, percent, revision: 'rev_8ab12cd99' })
  expect(of('publish', 10)).toContain('10 % of the requests')
  expect(of('share', 25)).toContain('25 %')
  expect(of('promote', null)).toContain('for all requests')
  expect(of('drop', null)).toContain('what is live')
  expect([of('publish', null), of('withdraw', null)]).toEqual(['', ''])
})

it('keeps a share in the address', () => {
  for (const address of [
    { gateways: ['g1', 'g2'], goal: 'publish' as const, percent: 12.5 },
    { gateways: ['g'], goal: 'share' as const, percent: 0 },
    { gateways: ['g'], goal: 'promote' as const, to: 'k1' },
    { gateways: ['g'], goal: 'drop' as const },
  ]) {
    const query = planAddress('api', address).split('?')[1] ?? ''
    expect(readPlanAddress(query)).toEqual({ to: undefined, ...address })
  }
})
