import { expect, test } from 'vitest'
import type { ApiRow, GatewayRow, PlacementRow } from '../../ipc'
import { cellAddress, matrix, shortRevision, tally } from './matrix'

const gateway = (id: string) => ({ gateway: { id } }) as GatewayRow
const api = (id: string, ...placements: Partial<PlacementRow>[]) =>
  ({ api: { id, name: id, version: '1', base_path: '/' }, placements }) as ApiRow

test('every API has a cell for every gateway, in the gateways’ order', () => {
  const rows = matrix([api('a', { gateway: 'y', state: 'live' }), api('b')], [gateway('x'), gateway('y')])
  expect(rows.map((row) => row.cells.map((cell) => cell.placement?.state ?? null))).toEqual([
    [null, 'live'],
    [null, null],
  ])
})

test('a placement on a gateway that is gone is not drawn', () => {
  expect(matrix([api('a', { gateway: 'gone', state: 'live' })], [gateway('x')])[0]?.cells).toHaveLength(1)
})

test('the sums name the worst first and leave out what there is none of', () => {
  const rows = matrix(
    [api('a', { gateway: 'x', state: 'live' }, { gateway: 'y', state: 'stuck' }), api('b', { gateway: 'x', state: 'live' })],
    [gateway('x'), gateway('y')],
  )
  expect(tally(rows).map(({ word, count }) => [word, count])).toEqual([
    ['stuck', 1],
    ['live', 2],
  ])
})

test('a cell opens what can be done there', () => {
  const at = (state: PlacementRow['state']) => cellAddress('a', 'g', { state, deployment: 'd' } as PlacementRow)
  expect(cellAddress('a', 'g', null)).toBe('#/apis/a/deployments/plan?on=g&goal=publish')
  expect(at('behind')).toBe('#/apis/a/deployments/plan?on=g&goal=publish')
  expect(at('failed')).toBe('#/apis/a/deployments/plan?on=g&goal=publish')
  expect(at('live')).toBe('#/apis/a/deployments')
  expect(at('deploying')).toBe('#/deployments/d')
  expect(at('interrupted')).toBe('#/deployments/d')
  expect(at('stuck')).toBe('#/deployments/d')
})

test('a revision is cut to what is said aloud', () => {
  expect(shortRevision('rev_1234567890abcdef')).toBe('rev_12345678')
})
