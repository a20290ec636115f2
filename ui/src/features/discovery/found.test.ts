import { describe, expect, it } from 'vitest'
import type { FoundRow, FoundStages } from '../../ipc'
import { changedAt, kindWord, ownerWord, searched, stageFor, stagesWord } from './found'

const row = (id: string, more: Partial<FoundRow['found']> = {}, managed: FoundRow['managed'] = null): FoundRow => ({
  found: {
    id,
    name: `API ${id}`,
    version: '1',
    description: '',
    protocol: 'rest',
    endpoint: 'REGIONAL',
    created_at: 5,
    tags: {},
    owner: { kind: 'hand' },
    ...more,
  },
  managed,
})
const stages = (id: string, names: string[], at: number | null = null): FoundStages => ({
  id,
  stages: names.map((name) => ({ name, deployment: 'd', invoke_url: 'u', updated_at: at })),
  fault: null,
})

describe('what was found', () => {
  it('says who looks after it', () => {
    expect(ownerWord(row('a'))).toBe('by hand')
    expect(ownerWord(row('a', { owner: { kind: 'cloud-formation', stack: 'shop' } }))).toBe('CloudFormation: shop')
    expect(ownerWord(row('a', { owner: { kind: 'gatewright', api: 'x' } }))).toBe('Gatewright, another catalog')
    expect(ownerWord(row('a', { owner: { kind: 'gatewright', api: 'x' } }, { api: 'x', name: 'Orders', version: '2' }))).toBe('Orders 2')
  })

  it('is searched by everything shown', () => {
    const rows = [row('a'), row('b', { owner: { kind: 'tool', name: 'Terraform' } }), row('c', { protocol: 'http' })]
    const known = new Map([['a', stages('a', ['prod'])]])
    const ids = (search: string) => searched(rows, known, search).map(({ found }) => found.id)
    expect(ids('')).toEqual(['a', 'b', 'c'])
    expect(ids('terraform')).toEqual(['b'])
    expect(ids('PROD rest')).toEqual(['a'])
    expect(ids('http')).toEqual(['c'])
    expect(ids('prod terraform')).toEqual([])
  })

  it('knows the newest change, and the stage to import', () => {
    expect(changedAt(row('a'), undefined)).toBe(5)
    expect(changedAt(row('a'), stages('a', ['x'], 9))).toBe(9)
    expect(stageFor(stages('a', ['dev', 'prod']), 'prod')).toBe('prod')
    expect(stageFor(stages('a', ['dev']), 'prod')).toBe('dev')
    expect(stageFor(undefined, 'prod')).toBe('')
    expect(stagesWord(stages('a', []))).toBe('none')
    expect(kindWord(row('a'))).toBe('REST, regional')
  })
})
