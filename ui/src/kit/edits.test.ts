import { describe, expect, it } from 'vitest'
import { apply, edits } from './edits'

const TEXT = 'paths:\n  /a:\n    get:\n      operationId: one\n  /b:\n    get:\n      operationId: one\n'

describe('edits', () => {
  it('says nothing of the same text', () => {
    expect(edits(TEXT, TEXT)).toEqual([])
  })

  it('is one small replacement for one changed word', () => {
    const after = TEXT.replace(/one\n$/, 'two\n')
    expect(edits(TEXT, after)).toEqual([{ from: TEXT.lastIndexOf('one'), to: TEXT.lastIndexOf('one') + 3, insert: 'two' }])
  })

  it('keeps changes that are far apart apart', () => {
    const lines = Array.from({ length: 3000 }, (_, i) => `line ${i}\n`)
    const after = lines.map((line, i) => (i === 10 ? `${line}added\n` : i === 2000 ? '' : line)).join('')
    const found = edits(lines.join(''), after)
    expect(found).toHaveLength(2)
    expect(found.reduce((sum, one) => sum + one.to - one.from + one.insert.length, 0)).toBeLessThan(30)
    expect(apply(lines.join(''), found)).toBe(after)
  })

  it('comes to the new text whatever the texts', () => {
    let seed = 7
    const next = (most: number) => (seed = (seed * 48271) % 2147483647) % most
    const text = () => Array.from({ length: next(40) }, () => ['{', '}', 'a', 'ü', '😀x', ''][next(6)]).join(['\n', '\n', ''][next(3)] ?? '')
    for (let round = 0; round < 500; round += 1) {
      const [before, after] = [text(), text()]
      expect(apply(before, edits(before, after))).toBe(after)
    }
  })

  it('halves no character', () => {
    const found = edits('a😀b', 'a😁b')
    expect(found).toEqual([{ from: 1, to: 3, insert: '😁' }])
  })
})
