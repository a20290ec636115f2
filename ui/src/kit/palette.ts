/** Which entries of the palette fit what was typed, best first. */
import type { PaletteEntry } from './types'

const WORD_START = 3
const LABEL = 2
const ELSEWHERE = 1

/** Every typed word must stand somewhere; one that begins a word of the label counts most. */
export function fitting(entries: PaletteEntry[], typed: string): PaletteEntry[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0) return entries
  return entries
    .map((entry) => ({ entry, score: scoreOf(entry, words) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .map(({ entry }) => entry)
}

function scoreOf(entry: PaletteEntry, words: string[]): number {
  const label = entry.label.toLowerCase()
  const rest = [entry.hint ?? '', entry.group, ...(entry.keywords ?? [])].join(' ').toLowerCase()
  let sum = 0
  for (const word of words) {
    if (label.split(/[\s/-]+/).some((part) => part.startsWith(word))) sum += WORD_START
    else if (label.includes(word)) sum += LABEL
    else if (rest.includes(word)) sum += ELSEWHERE
    else return 0
  }
  return sum
}
