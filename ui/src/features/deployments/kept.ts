/** What gateways keep, in words, and what can be compared. It refuses to call live what the gateway does not. */
import type { KeptList, KeptRow, RevisionList } from '../../ipc/generated'
import { absolute } from '../../kit/time'
import type { State } from '../../kit/types'
import { shortRevision } from './timeline'

export interface KeptSaid {
  /** `null` for a remark, which needs no sign. */
  state: State | null
  word: string
  why: string
}

/** One word for where a kept deployment stands; `null` when there is nothing to say. */
export function keptSaid(row: KeptRow): KeptSaid | null {
  if (row.canary !== null) return { state: 'waiting', word: `canary, ${row.canary} % of the requests`, why: 'The others meet what is live.' }
  if (row.live) return { state: 'ok', word: 'live', why: 'Callers meet it now.' }
  if (row.broken !== null) return { state: 'failed', word: 'cannot be returned to', why: row.broken }
  if (!row.ours) return { state: 'unknown', word: 'not made by Gatewright', why: 'Nobody can say here what it serves.' }
  if (row.held_by !== null) return { state: null, word: `also serves ${row.held_by}`, why: 'It is never deleted while that is so.' }
  if (row.previous) return { state: null, word: 'live before', why: 'Rolling back leads here unless told otherwise.' }
  return null
}

/** `working`, `live`, and every revision that was deployed, as choices of a select. */
export function revisionChoices(revisions: RevisionList | null, kept: KeptList | null): { value: string; label: string }[] {
  const always = [
    { value: 'working', label: 'the working revision' },
    ...(kept && kept.rows.some((row) => row.live) ? [{ value: 'live', label: `what is live on ${kept.gateway_name}` }] : []),
  ]
  const stored = (revisions?.rows ?? []).map((row) => ({ value: row.id, label: `${shortRevision(row.id)} of ${absolute(row.made_at)}` }))
  return [...always, ...stored]
}

export type DiffLine = { kind: 'same' | 'added' | 'removed' | 'place'; text: string; before: number | null; after: number | null }

/** A unified diff as numbered lines; the names of the files are left out. */
export function diffLines(unified: string): DiffLine[] {
  const lines: DiffLine[] = []
  let [before, after] = [0, 0]
  for (const line of unified.split('\n')) {
    const place = /^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@/.exec(line)
    if (place) {
      before = Number(place[1])
      after = Number(place[2])
      lines.push({ kind: 'place', text: `line ${after}`, before: null, after: null })
    } else if (lines.length === 0 || line === '' || line.startsWith('\\')) continue
    else if (line.startsWith('+')) lines.push({ kind: 'added', text: line.slice(1), before: null, after: after++ })
    else if (line.startsWith('-')) lines.push({ kind: 'removed', text: line.slice(1), before: before++, after: null })
    else lines.push({ kind: 'same', text: line.slice(1), before: before++, after: after++ })
  }
  return lines
}
