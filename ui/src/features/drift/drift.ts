/** How drift is said and ordered. It refuses to draw and to call. */
import type { DriftPlace, DriftView } from '../../ipc'
import type { State } from '../../kit/types'

interface Said {
  state: State
  word: string
}

/** One word for a difference: what let more in first, then what became of it. */
export function said({ drift, state }: DriftView): Said {
  if (state === 'ignored') return { state: 'unknown', word: 'let be' }
  if (drift.lowers_security) return { state: 'failed', word: 'loosened' }
  return {
    removed: { state: 'failed' as const, word: 'removed' },
    added: { state: 'warning' as const, word: 'added' },
    changed: { state: 'warning' as const, word: 'changed' },
  }[drift.kind]
}

/** What else there is to know of a difference, in a few words; empty for nothing. */
export function remarks({ drift, state, overwritten }: DriftView): string[] {
  const all: string[] = []
  if (state === 'conflict') all.push('The document changed it too, in another way.')
  if (state === 'adopted') all.push('The document says the same: deploy to settle it.')
  if (drift.reach === 'draft') all.push('A draft in AWS: callers meet it when someone deploys it there.')
  if (drift.reach === 'unknown') all.push('Callers may meet it already.')
  if (!overwritten) all.push('Deploying again leaves it as it is.')
  return all
}

/** Whether a place as a whole is in order, and in which words. */
export function standing(place: DriftPlace): Said {
  if (place.fault) return { state: 'failed', word: 'could not be looked at' }
  if (place.at === null) return { state: 'unknown', word: 'not looked at yet' }
  if (place.removed !== null) return { state: 'failed', word: 'removed' }
  const open = place.drifts.filter((one) => one.state !== 'ignored')
  if (open.length === 0) return { state: 'ok', word: 'as it was deployed' }
  const worst = open.some((one) => one.drift.lowers_security)
  return { state: worst ? 'failed' : 'warning', word: open.length === 1 ? '1 difference' : `${open.length} differences` }
}

/** Differences that can be brought into the document in one go. */
export function adoptable(place: DriftPlace): DriftView[] {
  return place.drifts.filter((one) => one.adopt !== null && (one.state === 'open' || one.state === 'conflict'))
}

/** Whether deploying again would put anything back. */
export function overwritable(place: DriftPlace): boolean {
  return place.drifts.some((one) => one.overwritten && one.state !== 'ignored')
}

/** A value as it is read: JSON with line breaks, texts as they are. */
export function shown(json: string | null): string {
  if (json === null) return 'nothing'
  try {
    const value: unknown = JSON.parse(json)
    return typeof value === 'string' ? value : JSON.stringify(value, null, 2)
  } catch {
    return json
  }
}

/** Where what was changed by hand is deployed over, after the plan was read. */
export function overwriteAddress(place: Pick<DriftPlace, 'api' | 'gateway'>): string {
  return `/apis/${place.api}/deployments/plan?on=${place.gateway}&goal=publish&again=1`
}
