/** Addresses of the deploy flow: what was chosen stands in them, so that going back and reloading lose nothing. */
import type { ApiId, GatewayId, Place, RunGoal } from '../../ipc/generated'

export interface PlanAddress {
  gateways: GatewayId[]
  goal: RunGoal
  /** A stored revision to publish, or the kept deployment to return to. */
  to?: string | undefined
  /** The share of a canary, in percent. */
  percent?: number | undefined
  /** Do everything again although nothing of the document changed. */
  again?: boolean
}

const GOALS: RunGoal[] = ['publish', 'withdraw', 'return', 'share', 'promote', 'drop']

export function planAddress(api: ApiId, { gateways, goal, to, percent, again }: PlanAddress): string {
  const query = new URLSearchParams({ on: gateways.join(','), goal, ...(to ? { to } : {}) })
  if (percent !== undefined) query.set('percent', String(percent))
  if (again) query.set('again', '1')
  return `/apis/${api}/deployments/plan?${query.toString()}`
}

export function readPlanAddress(query: string): PlanAddress {
  const read = new URLSearchParams(query)
  const goal = GOALS.find((one) => one === read.get('goal'))
  const percent = read.get('percent')
  return {
    gateways: (read.get('on') ?? '').split(',').filter(Boolean),
    goal: goal ?? 'publish',
    to: read.get('to') ?? undefined,
    ...(percent === null ? {} : { percent: Number(percent) }),
    ...(read.get('again') === '1' ? { again: true } : {}),
  }
}

export function keptAddress(api: ApiId, on: GatewayId | null): string {
  return `/apis/${api}/deployments/kept${on === null ? '' : `?${new URLSearchParams({ on }).toString()}`}`
}

export function readKeptAddress(query: string): GatewayId | null {
  return new URLSearchParams(query).get('on')
}

export interface DiffAddress {
  from: string
  to: string
  /** Whose live is meant. */
  on: GatewayId | null
}

export function diffAddress(api: ApiId, { from, to, on }: DiffAddress): string {
  const query = new URLSearchParams({ from, to, ...(on === null ? {} : { on }) })
  return `/apis/${api}/deployments/diff?${query.toString()}`
}

export function readDiffAddress(query: string): DiffAddress {
  const read = new URLSearchParams(query)
  return { from: read.get('from') ?? 'live', to: read.get('to') ?? 'working', on: read.get('on') }
}

/** The settings of an API's stage on a gateway. */
export function stageAddress(api: ApiId, gateway: GatewayId): string {
  return `/apis/${api}/deployments/stage?${new URLSearchParams({ on: gateway }).toString()}`
}

export function runAddress(deployments: string[]): string {
  return `/deployments/${deployments.join(',')}`
}

/** The document of an API, at a place. */
export function placeAddress(api: ApiId, { line, column }: Pick<Place, 'line' | 'column'>): string {
  return `/apis/${api}/design?line=${line}&column=${column}`
}
