import { expect, test } from 'vitest'
import { bytes, duration, relative, remaining } from './time'

test.each([
  [0, '0 ms'],
  [840, '840 ms'],
  [3200, '3.2 s'],
  [12_400, '12 s'],
  [125_000, '2 min 5 s'],
  [120_000, '2 min'],
  [3_840_000, '1 h 4 min'],
  [7_200_000, '2 h'],
])('%d ms is %s', (ms, words) => {
  expect(duration(ms)).toBe(words)
})

test('sizes carry their unit', () => {
  expect([512, 14_200, 3_100_000].map(bytes)).toEqual(['512 B', '14.2 kB', '3.1 MB'])
})

test('what is left is never negative and never finer than needed', () => {
  expect([-5, 38_900, 2_580_000, 21_600_000, 259_200_000].map(remaining)).toEqual(['0 s', '38 s', '43 min', '6 h', '3 days'])
})

test('times are told from now', () => {
  const now = 1_000_000_000
  expect(relative(now - 2000, now)).toBe('just now')
  expect(relative(now - 30_000, now)).toMatch(/30 seconds ago/)
  expect(relative(now - 7_200_000, now)).toMatch(/2 hours ago/)
  expect(relative(now - 86_400_000, now)).toBe('yesterday')
})
