import { expect, test } from 'vitest'
import { faults } from './faults'
import { FAULT_CODES } from './ipc/generated'

test('every code of the core has exactly one row', () => {
  expect(Object.keys(faults).sort()).toEqual([...FAULT_CODES].sort())
})

test('titles are plain: sentence case, no full stop, no exclamation mark', () => {
  for (const { title } of Object.values(faults)) expect(title).toMatch(/^[A-Z][^!.]*$/)
})
