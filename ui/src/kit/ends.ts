/**
 * The line ends a text had before an editor made them all alike, put back when it is taken out again: a line nobody
 * touched keeps its own. It refuses to guess: a new line ends as most lines do.
 */
import { ChangeSet, type Text } from '@codemirror/state'

const END = /\r\n?|\n/g

export class LineEnds {
  /** One end for all lines, or the end of each. */
  #ends: string | string[]
  #most: string
  /** What became of the text since. */
  #since: ChangeSet
  #base: Text

  /** `doc` is the text as the editor has it. */
  constructor(text: string, doc: Text) {
    const ends = text.includes('\r') ? (text.match(END) ?? []) : []
    const counts = new Map<string, number>()
    for (const end of ends) counts.set(end, (counts.get(end) ?? 0) + 1)
    this.#most = [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? '\n'
    this.#ends = counts.size > 1 ? ends : this.#most
    this.#base = doc
    this.#since = ChangeSet.empty(doc.length)
  }

  /** Something was typed. */
  take(changes: ChangeSet): void {
    // With one end for all it does not matter which line was which.
    if (Array.isArray(this.#ends)) this.#since = this.#since.compose(changes)
  }

  /** The text with the ends it had. */
  of(doc: Text): string {
    const [ends, most, base] = [this.#ends, this.#most, this.#base]
    if (!Array.isArray(ends)) return most === '\n' ? doc.toString() : doc.sliceString(0, doc.length, most)
    const pieces: string[] = []
    const keep = (from: number, to: number) => {
      let line = base.lineAt(from)
      let at = from
      while (line.to < to) {
        pieces.push(line.text.slice(at - line.from), ends[line.number - 1] ?? most)
        at = line.to + 1
        line = base.line(line.number + 1)
      }
      pieces.push(line.text.slice(at - line.from, to - line.from))
    }
    let at = 0
    this.#since.iterChanges((from, to, _start, _end, insert) => {
      keep(at, from)
      pieces.push(insert.sliceString(0, insert.length, most))
      at = to
    })
    keep(at, base.length)
    return pieces.join('')
  }
}
