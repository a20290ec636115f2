import { ChangeSet, type ChangeSpec, Text } from '@codemirror/state'
import { describe, expect, it } from 'vitest'
import { LineEnds } from './ends'

/** A text in an editor, and what is taken out after edits made one after another. */
function edited(text: string, edits: ChangeSpec[]): string {
  let doc = Text.of(text.split(/\r\n?|\n/))
  const ends = new LineEnds(text, doc)
  for (const edit of edits) {
    const changes = ChangeSet.of(edit, doc.length)
    ends.take(changes)
    doc = changes.apply(doc)
  }
  return ends.of(doc)
}

describe('line ends', () => {
  it('come out as they went in', () => {
    for (const text of ['', 'a', 'a\nb\n', 'a\r\nb\r\n', '\r\n', 'a\rb', 'a\r\nb\nc\rd\r\n\r\n\ne', '\n\r\n']) expect(edited(text, [])).toBe(text)
  })
  it('of lines nobody touched stay', () => {
    expect(edited('a\r\nb\r\nc\r\n', [{ from: 2, to: 3, insert: 'B' }])).toBe('a\r\nB\r\nc\r\n')
    expect(edited('a\r\nb\nc\r\n', [{ from: 2, to: 3, insert: 'B' }])).toBe('a\r\nB\nc\r\n')
  })
  it('of new lines are those of most', () => {
    expect(edited('a\r\nb\r\n', [{ from: 1, insert: '\nx\ny' }])).toBe('a\r\nx\r\ny\r\nb\r\n')
    expect(edited('a\nb\r\nc\r\n', [{ from: 0, insert: 'x\n' }])).toBe('x\r\na\nb\r\nc\r\n')
    expect(edited('a\nb\n', [{ from: 0, insert: 'x\n' }])).toBe('x\na\nb\n')
  })
  it('follow their lines through many edits, and through taking them back', () => {
    const text = 'a\nb\r\nc\r\nd'
    expect(edited(text, [{ from: 0, to: 2 }, { from: 0, insert: 'z\n' }, { from: 4, to: 5, insert: 'C' }])).toBe('z\r\nb\r\nC\r\nd')
    expect(edited(text, [{ from: 1, to: 4, insert: ' ' }])).toBe('a c\r\nd')
    expect(edited(text, [{ from: 3, insert: 'x' }, { from: 3, to: 4 }])).toBe(text)
  })
})
