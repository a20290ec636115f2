/** Addresses of the deploy flow: what was chosen stands in them, so that going back and reloading lose nothing. */
import type { ApiId, GatewayId, Place, RunGoal } from '../../ipc/generated'

export interface PlanAddress {
  gateways: GatewayId[]
  goal: RunGoal
}

export function planAddress(api: ApiId, { gateways, goal }: PlanAddress): string {
  const query = new URLSearchParams({ on: gateways.join(','), goal })
  return `/apis/${api}/deployments/plan?${query.toString()}`
}

export function readPlanAddress(query: string): PlanAddress {
  const read = new URLSearchParams(query)
  return {
    gateways: (read.get('on') ?? '').split(',').filter(Boolean),
    goal: read.get('goal') === 'withdraw' ? 'withdraw' : 'publish',
  }
}

export function runAddress(deployments: string[]): string {
  return `/deployments/${deployments.join(',')}`
}

/** The document of an API, at a place. */
export function placeAddress(api: ApiId, { line, column }: Pick<Place, 'line' | 'column'>): string {
  return `/apis/${api}/design?line=${line}&column=${column}`
}
