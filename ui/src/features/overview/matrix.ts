/** The fleet matrix: rows are APIs, columns are gateways. It refuses to draw. */
import type { ApiRow, Gateway, GatewayRow, PlacementRow } from '../../ipc'
import type { State } from '../../kit/types'
import { placementSaid } from '../../outcomes'

export interface Cell {
  gateway: Gateway
  placement: PlacementRow | null
}

export interface MatrixRow {
  id: string
  name: string
  version: string
  basePath: string
  cells: Cell[]
}

export function matrix(apis: ApiRow[], gateways: GatewayRow[]): MatrixRow[] {
  return apis.map(({ api, placements }) => ({
    id: api.id,
    name: api.name,
    version: api.version,
    basePath: api.base_path,
    cells: gateways.map(({ gateway }) => ({
      gateway,
      placement: placements.find((placement) => placement.gateway === gateway.id) ?? null,
    })),
  }))
}

/** What a cell opens: the plan where something is to be done, the run where something is going on, the history else. */
export function cellAddress(api: string, gateway: string, placement: PlacementRow | null): string {
  // What was changed by hand is looked at before anything is deployed over it.
  if (placement && ['removed', 'drifted'].includes(placementSaid(placement).word)) return `#/apis/${api}/deployments`
  // Deploying would end the canary.
  if (placement?.canary) return `#/apis/${api}/deployments`
  switch (placement?.state) {
    case 'live':
      return `#/apis/${api}/deployments`
    case 'deploying':
    case 'interrupted':
    case 'stuck':
      return `#/deployments/${placement.deployment}`
    default:
      return `#/apis/${api}/deployments/plan?on=${gateway}&goal=publish`
  }
}

/** `rev_1f2e3d4c` of a whole revision id. */
export function shortRevision(revision: string): string {
  return revision.slice(0, 'rev_'.length + 8)
}

/** How many cells stand how, worst first, for the line above the matrix. */
export function tally(rows: MatrixRow[]): { state: State; word: string; count: number }[] {
  const order = ['removed', 'stuck', 'failed', 'interrupted', 'drifted', 'deploying', 'behind', 'live']
  const said = rows.flatMap((row) => row.cells.flatMap(({ placement }) => (placement ? [placementSaid(placement)] : [])))
  return order.flatMap((word) => {
    const [worst, ...rest] = said.filter((one) => one.word === word).sort((a, b) => Number(b.state === 'failed') - Number(a.state === 'failed'))
    return worst ? [{ state: worst.state, word, count: rest.length + 1 }] : []
  })
}
