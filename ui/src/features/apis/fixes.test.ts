import { describe, expect, it } from 'vitest'
import type { ApiFixed, Diagnostic } from '../../ipc/generated'
import { fixable, kindsOf, told } from './fixes'

const finding = (rule: string, fixable: boolean, severity: Diagnostic['severity'] = 'warning'): Diagnostic => ({ rule, severity, fixable, place: { pointer: '', line: 1, column: 1 }, message: '', why: '', fix: '' })

describe('findings that can be fixed', () => {
  it('are counted by rule, from the first of them on', () => {
    const found = [finding('b', false), finding('a', true), finding('b', true), finding('a', true)]
    expect([...kindsOf(found)]).toEqual([['a', { count: 2, first: 1 }], ['b', { count: 1, first: 2 }]])
  })

  it('are fixed all together unless they are matters of taste', () => {
    expect(fixable([finding('a', true), finding('a', true, 'info'), finding('b', false, 'error')])).toBe(1)
  })

  it('are told of with what is left and how to go back', () => {
    const done = { fixed: 1, left: [] } as unknown as ApiFixed
    expect(told(done, 'Ctrl+Z')).toBe('Fixed 1 problem. Ctrl+Z takes it back')
    expect(told({ ...done, fixed: 12, left: [{ finding: finding('a', true), reason: '' }] }, '⌘Z')).toBe('Fixed 12 problems; 1 could not be fixed. ⌘Z takes it back')
  })
})
