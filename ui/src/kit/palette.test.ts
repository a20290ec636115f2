import { expect, test } from 'vitest'
import { fitting } from './palette'
import type { PaletteEntry } from './types'

const entry = (label: string, more: Partial<PaletteEntry> = {}): PaletteEntry => ({ id: label, group: 'Go to', label, run: () => {}, ...more })
const all = [entry('Overview'), entry('Key managers'), entry('Add a gateway', { keywords: ['aws'] }), entry('Gateways'), entry('Orders', { hint: '1.2.0', group: 'APIs' })]
const labels = (typed: string) => fitting(all, typed).map((one) => one.label)

test('nothing typed keeps all, in their order', () => {
  expect(labels('  ')).toEqual(all.map((one) => one.label))
})

test('every word must fit; the start of a word of the label comes first', () => {
  expect(labels('gate')).toEqual(['Add a gateway', 'Gateways'])
  expect(labels('add gate')).toEqual(['Add a gateway'])
  expect(labels('aws')).toEqual(['Add a gateway'])
  expect(labels('orders 1.2')).toEqual(['Orders'])
  expect(labels('view')).toEqual(['Overview'])
  expect(labels('gate nothing')).toEqual([])
})
