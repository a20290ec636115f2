/**
 * What differs between two texts, as few and small replacements: an editor that takes them keeps its cursor, its folds
 * and its history. It refuses to look for the smallest answer where that would cost more than it gives.
 */
export interface Edit {
  /** In UTF-16 units of the text before. */
  from: number
  to: number
  insert: string
}

/** How far apart two texts may run before they are looked at as one difference. */
const WINDOW = 400

/** Replacements in order, all counted in `before`. */
export function edits(before: string, after: string): Edit[] {
  if (before === after) return []
  const found = byLines(before, after)
  return (found.length > 0 && apply(before, found) === after ? found : [whole(before, after)]).map((one) => trimmed(before, one)).filter((one) => one.from < one.to || one.insert !== '')
}

/** The text with replacements made. */
export function apply(before: string, found: Edit[]): string {
  const parts: string[] = []
  let at = 0
  for (const one of found) {
    parts.push(before.slice(at, one.from), one.insert)
    at = one.to
  }
  parts.push(before.slice(at))
  return parts.join('')
}

function whole(before: string, after: string): Edit {
  return { from: 0, to: before.length, insert: after }
}

/** Without what both begin and end with; a character is never halved. */
function trimmed(before: string, { from, to, insert }: Edit): Edit {
  let start = 0
  const most = Math.min(to - from, insert.length)
  while (start < most && before.charCodeAt(from + start) === insert.charCodeAt(start)) start += 1
  if (start > 0 && isHigh(insert.charCodeAt(start - 1))) start -= 1
  let end = 0
  while (end < most - start && before.charCodeAt(to - 1 - end) === insert.charCodeAt(insert.length - 1 - end)) end += 1
  if (end > 0 && isLow(before.charCodeAt(to - end))) end -= 1
  return { from: from + start, to: to - end, insert: insert.slice(start, insert.length - end) }
}

function isHigh(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff
}
function isLow(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff
}

function linesOf(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? []
}

/** Goes down both texts together; where they differ, looks for the nearest lines at which they meet again. */
function byLines(before: string, after: string): Edit[] {
  const [old, now] = [linesOf(before), linesOf(after)]
  const found: Edit[] = []
  let [i, j, at] = [0, 0, 0]
  while (i < old.length || j < now.length) {
    if (i < old.length && j < now.length && old[i] === now[j]) {
      at += old[i]?.length ?? 0
      i += 1
      j += 1
      continue
    }
    const [down, across] = meet(old, now, i, j)
    const gone = old.slice(i, down).join('')
    found.push({ from: at, to: at + gone.length, insert: now.slice(j, across).join('') })
    at += gone.length
    i = down
    j = across
  }
  return found
}

function meet(old: string[], now: string[], i: number, j: number): [number, number] {
  const places = new Map<string, number>()
  for (let b = Math.min(now.length, j + WINDOW) - 1; b >= j; b -= 1) places.set(now[b] ?? '', b)
  let best: [number, number] | null = null
  for (let a = i; a < Math.min(old.length, i + WINDOW); a += 1) {
    if (best && a - i >= best[0] - i + (best[1] - j)) break
    const b = places.get(old[a] ?? '')
    // A line alone may be a brace; two in a row are the same place.
    if (b === undefined || (old[a + 1] !== now[b + 1] && a + 1 < old.length)) continue
    if (!best || a - i + (b - j) < best[0] - i + (best[1] - j)) best = [a, b]
  }
  return best ?? [old.length, now.length]
}
