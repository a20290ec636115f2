/** The answer as shown. It refuses to lay out a huge body at once: beyond a bound it is cut, and the cut is said. */
import type { AnswerBody } from '../../ipc/generated'
import type { State } from '../../kit/types'

/** Characters the editor is given; the whole body stays copyable. */
export const SHOWN = 2_000_000
/** A line longer than this is not highlighted: colouring it would block the page. */
const LONG_LINE = 50_000

export interface Shown {
  text: string
  language: 'json' | 'text'
  /** Characters left out of view. */
  cut: number
}

export function shown(body: AnswerBody, pretty: boolean): Shown {
  if (body.kind !== 'text') return { text: '', language: 'text', cut: 0 }
  const whole = pretty ? (body.pretty ?? body.raw) : body.raw
  const text = whole.length > SHOWN ? whole.slice(0, SHOWN) : whole
  const plain = body.language !== 'json' || hasLongLine(text)
  return { text, language: plain ? 'text' : 'json', cut: whole.length - text.length }
}

function hasLongLine(text: string): boolean {
  let from = 0
  while (from < text.length) {
    const end = text.indexOf('\n', from)
    if ((end < 0 ? text.length : end) - from > LONG_LINE) return true
    if (end < 0) return false
    from = end + 1
  }
  return false
}

/** Status classes as states: a redirect is news, not a failure. */
export function statusState(status: number): State {
  if (status >= 500) return 'failed'
  if (status >= 400) return 'warning'
  if (status >= 300 || status < 200) return 'waiting'
  return 'ok'
}

/** `Who is refusing?`: the statuses that open the explanation. */
export function explains(status: number): boolean {
  return status === 401 || status === 403 || status >= 500
}
