import { expect, test } from 'vitest'
import { matches, printed } from './keys'

const press = (key: string, held: Partial<KeyboardEventInit> = {}) => new KeyboardEvent('keydown', { key, ...held })

test('a shortcut matches its keys and no others', () => {
  expect(matches('mod+k', press('k', { ctrlKey: true }))).toBe(true)
  expect(matches('mod+k', press('k'))).toBe(false)
  expect(matches('mod+k', press('k', { ctrlKey: true, shiftKey: true }))).toBe(false)
  expect(matches('mod+shift+d', press('D', { ctrlKey: true, shiftKey: true }))).toBe(true)
  expect(matches('mod+enter', press('Enter', { ctrlKey: true }))).toBe(true)
  expect(matches('k', press('k', { altKey: true }))).toBe(false)
})

test('a sign that needs Shift on the keyboard matches with and without it', () => {
  expect(matches('?', press('?', { shiftKey: true }))).toBe(true)
  expect(matches('?', press('?'))).toBe(true)
})

test('keys are printed one by one, a sequence too', () => {
  expect(printed('mod+shift+d')).toEqual(['Ctrl', 'Shift', 'D'])
  expect(printed('g a')).toEqual(['G', 'A'])
})
