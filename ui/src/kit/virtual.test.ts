import { expect, test } from 'vitest'
import { VirtualRows } from './virtual.svelte'

test('a short list is whole', () => {
  const view = new VirtualRows(() => 100, 28)
  expect([view.first, view.last, view.before, view.after]).toEqual([0, 100, 0, 0])
})

test('a long list draws what is seen, and its height stays that of all rows', () => {
  const view = new VirtualRows(() => 10_000, 28)
  for (const top of [0, 28 * 5000, 28 * 10_000 - 600]) {
    view.top = top
    view.height = 600
    expect(view.last - view.first).toBeLessThan(60)
    expect(view.first * 28).toBeLessThanOrEqual(top)
    expect(view.last * 28).toBeGreaterThanOrEqual(Math.min(top + 600, 280_000))
    expect(view.before + (view.last - view.first) * 28 + view.after).toBe(280_000)
  }
})

test('a row out of sight says where to scroll', () => {
  const view = new VirtualRows(() => 1000, 10)
  view.top = 100
  view.height = 100
  expect(view.reveal(12)).toBeNull()
  expect(view.reveal(5)).toBe(50)
  expect(view.reveal(25)).toBe(160)
})
