import { describe, expect, it } from 'vitest'
import type { OperationRow } from '../../ipc/generated'
import { blankOperation, grouped, hasErrors, operationAt, operationErrors, pathProblem, rebased, splitKey, variables, withPathVariables } from './operations'

function row(operation: string, more: Partial<OperationRow> = {}): OperationRow {
  return {
    operation,
    operation_id: '',
    summary: '',
    deprecated: false,
    security: { kind: 'open', declared: false },
    backend: { kind: 'http', url: 'https://b.example' },
    place: { pointer: '', line: 1, column: 1 },
    ...more,
  }
}

describe('keys and paths', () => {
  it('parts a key at its first space only', () => {
    expect(splitKey('GET /a b')).toEqual({ method: 'GET', path: '/a b' })
  })
  it('finds each variable once, greedy ones without their sign', () => {
    expect(variables('/a/{x}/{y+}/{x}')).toEqual(['x', 'y'])
  })
  it.each([
    ['', 'A path is needed'],
    ['orders', 'begins with a slash'],
    ['/a b', 'no spaces'],
    ['/a?x=1', 'Query parameters'],
    ['/a/{id', 'Each {'],
    ['/a/{}', 'Each {'],
    ['/a//b', 'Two slashes'],
    ['/a/{x}/{x}', 'once in a path'],
  ])('refuses %j', (path, why) => {
    expect(pathProblem(path)).toContain(why)
  })
  it.each(['/', '/orders', '/orders/{id}/items/{item+}'])('takes %j', (path) => {
    expect(pathProblem(path)).toBeUndefined()
  })
})

describe('grouped', () => {
  const rows = [row('GET /a'), row('GET /b', { summary: 'List' }), row('POST /a', { operation_id: 'makeA' })]
  it('puts operations of one path together, where the path first stands', () => {
    expect(grouped(rows, '').map((item) => [item.id, item.first])).toEqual([
      ['GET /a', true],
      ['POST /a', false],
      ['GET /b', true],
    ])
  })
  it('keeps what has every word', () => {
    expect(grouped(rows, 'post MAKE').map((item) => item.id)).toEqual(['POST /a'])
    expect(grouped(rows, 'nothing')).toEqual([])
  })
})

describe('operationAt', () => {
  const at = (operation: string, line: number) => row(operation, { place: { pointer: '', line, column: 1 } })
  it('is the last one above the line, whatever their order', () => {
    const rows = [at('GET /b', 30), at('GET /a', 10), at('GET /none', 0)]
    expect(operationAt(rows, 29)?.operation).toBe('GET /a')
    expect(operationAt(rows, 30)?.operation).toBe('GET /b')
    expect(operationAt(rows, 9)).toBeUndefined()
  })
})

describe('rebased', () => {
  it('keeps what was typed and takes the rest from the newer reading', () => {
    const base = blankOperation('/a')
    const mine = { ...base, summary: 'Mine' }
    const theirs = { ...base, summary: 'Theirs', description: 'New' }
    expect(rebased(base, mine, theirs)).toEqual({ ...base, summary: 'Mine', description: 'New' })
  })
})

describe('withPathVariables', () => {
  it('carries the description of a renamed variable over and drops what the path lost', () => {
    const before = withPathVariables('/a/{id}', [])
    const described = before.map((one) => ({ ...one, description: 'The id', schema_type: 'integer' }))
    expect(withPathVariables('/a/{key}', described)).toEqual([
      { name: 'key', location: 'path', required: true, schema_type: 'integer', description: 'The id' },
    ])
    expect(withPathVariables('/a', described)).toEqual([])
  })
  it('leaves other parameters alone', () => {
    const query = { name: 'q', location: 'query' as const, required: false, schema_type: 'string', description: '' }
    expect(withPathVariables('/a/{id}', [query]).at(-1)).toEqual(query)
  })
})

describe('operationErrors', () => {
  it('sees a twin that differs in variable names only', () => {
    const form = { ...blankOperation('/a/{x}') }
    expect(operationErrors(form, [row('GET /a/{id}')], null).path).toContain('GET /a/{id} exists already')
    expect(hasErrors(operationErrors(form, [row('GET /a/{id}')], 'GET /a/{id}'))).toBe(false)
  })
  it('places errors at the rows that have them', () => {
    const form = blankOperation('/a')
    form.parameters = [
      { name: 'q', location: 'query', required: false, schema_type: 'string', description: '' },
      { name: 'q', location: 'query', required: false, schema_type: 'string', description: '' },
    ]
    form.responses = [{ status: '20', description: '', media_type: 'application/json', example: '{' }]
    form.request_body = { media_type: 'json', required: true, example: '{"a":1}' }
    const errors = operationErrors(form, [], null)
    expect(errors.parameters).toEqual({ 1: 'q is listed twice' })
    expect(errors.responses[0]?.status).toBe('200, 4XX or default')
    expect(errors.responses[0]?.example).toContain('Not JSON')
    expect(errors.bodyType).toContain('media type')
  })
})
