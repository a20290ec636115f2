/** Words and searches for APIs that were found on a gateway. It refuses to call anything. */
import type { FoundRow, FoundStages } from '../../ipc'

/** APIs whose stages are read without asking: more would keep the account's quota busy for a while. */
export const READ_UNASKED = 60
/** APIs whose stages are read in one call. */
export const AT_ONCE = 20

/** Who looks after it, in a few words. */
export function ownerWord({ found, managed }: FoundRow): string {
  if (managed) return `${managed.name} ${managed.version}`
  switch (found.owner.kind) {
    case 'gatewright':
      return 'Gatewright, another catalog'
    case 'cloud-formation':
      return `CloudFormation: ${found.owner.stack}`
    case 'tool':
      return found.owner.name
    case 'hand':
      return 'by hand'
  }
}

/** What kind of API. */
export function kindWord({ found }: FoundRow): string {
  if (found.protocol === 'http') return 'HTTP'
  if (found.protocol === 'websocket') return 'WebSocket'
  const endpoint = found.endpoint.toLowerCase()
  return endpoint === '' ? 'REST' : `REST, ${endpoint}`
}

/** Its stages, by name; empty while they are not read. */
export function stagesWord(stages: FoundStages | undefined): string {
  if (!stages) return ''
  if (stages.fault) return 'not read'
  return stages.stages.length === 0 ? 'none' : stages.stages.map((stage) => stage.name).join(', ')
}

/** Rows in which every word of a search is found: name, id, kind, owner, stage. */
export function searched(rows: FoundRow[], stages: ReadonlyMap<string, FoundStages>, search: string): FoundRow[] {
  const words = search.toLowerCase().split(/\s+/).filter((word) => word !== '')
  if (words.length === 0) return rows
  return rows.filter((row) => {
    const { found } = row
    const text = [found.name, found.id, found.version, kindWord(row), ownerWord(row), stagesWord(stages.get(found.id))].join(' ').toLowerCase()
    return words.every((word) => text.includes(word))
  })
}

/** When the newest of its stages was changed, unix milliseconds; else when it was made. */
export function changedAt({ found }: FoundRow, stages: FoundStages | undefined): number | null {
  const times = (stages?.stages ?? []).map((stage) => stage.updated_at ?? 0)
  const newest = Math.max(0, ...times)
  return newest > 0 ? newest : found.created_at
}

/** The stage an import reads unless another is chosen: the gateway's own, or the first. */
export function stageFor(stages: FoundStages | undefined, own: string): string {
  const names = (stages?.stages ?? []).map((stage) => stage.name)
  return names.includes(own) ? own : (names[0] ?? '')
}
