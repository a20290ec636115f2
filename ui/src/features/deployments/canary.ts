/** Canaries in words. It refuses a share that is none. */
import type { PlacementRow, PlanView } from '../../ipc/generated'
import { shortRevision } from './timeline'

/** `12.5` of what was typed; `null` for what is no share: 0 to 100 with at most two decimals. */
export function readShare(text: string): number | null {
  const bare = text.trim()
  if (!/^\d{1,3}(\.\d{1,2})?$/.test(bare)) return null
  const share = Number(bare)
  return share <= 100 ? share : null
}

type Placed = Pick<PlacementRow, 'canary' | 'revision'>

/** `10 % on 8ab12cd`; nothing where no canary runs. */
export function canaryWord({ canary }: Placed): string {
  if (!canary) return ''
  return `${canary.percent} % on ${canary.revision === null ? 'another catalog’s' : shortRevision(canary.revision)}`
}

/** What a plan does about a canary, in one sentence; nothing when it is about none. */
export function canarySentence(plan: Pick<PlanView, 'goal' | 'percent' | 'revision'>): string {
  const revision = shortRevision(plan.revision)
  switch (plan.goal) {
    case 'publish':
      return plan.percent === null ? '' : `As a canary: ${plan.percent} % of the requests meet ${revision}, the others what is live.`
    case 'share':
      return `${plan.percent ?? 0} % of the requests meet the canary with ${revision}, the others what is live.`
    case 'promote':
      return `The canary with ${revision} is live then, for all requests.`
    case 'drop':
      return 'All requests meet what is live; what the canary served is kept.'
    default:
      return ''
  }
}
