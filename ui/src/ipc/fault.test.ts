import { expect, test } from 'vitest'
import { toFault, type Fault } from '.'

const fault: Fault = { code: 'vault.locked', effect: 'none', retry: 'after-fix', summary: 's', advice: 'a', facts: {} }

test('a fault comes through as it is, bare or wrapped', () => {
  expect(toFault(fault)).toBe(fault)
  expect(toFault({ fault })).toBe(fault)
})

test('a lost connection is no defect', () => {
  expect(toFault(new TypeError('Failed to fetch'), 'app.status')).toMatchObject({ code: 'network.unreachable', effect: 'unknown' })
})

test('anything else is a defect that names the command', () => {
  for (const thrown of ['text', undefined, { odd: true }, new Error('boom')]) {
    expect(toFault(thrown, 'apis.list')).toMatchObject({ code: 'app.defect' })
    expect(toFault(thrown, 'apis.list').summary).toContain('apis.list')
  }
})
