import { expect, test } from 'vitest'
import type { Gateway } from '../../ipc'
import { check, fresh, ofGateway, suggestedName, targetOf } from './form'

const good = { ...fresh('aws'), name: 'prod', region: 'eu-west-1', stage: 'prod', profile: 'acme' }

test('a complete form has no errors', () => {
  expect(check(good)).toEqual({})
  expect(check({ ...fresh('local'), name: 'local' })).toEqual({})
})

test.each([
  ['name', { name: '' }],
  ['name', { name: 'Prod' }],
  ['name', { name: '-prod' }],
  ['name', { name: 'a'.repeat(64) }],
  ['region', { region: ' ' }],
  ['stage', { stage: 'a/b' }],
  ['endpoint_url', { endpoint_url: 'ftp://x' }],
  ['endpoint_url', { endpoint_url: 'http://' }],
  ['profile', { profile: '' }],
  ['access_key_id', { from: 'access-key' as const, access_key_id: 'short', secret_access_key: 's' }],
  ['secret_access_key', { from: 'access-key' as const, access_key_id: 'AKIAIOSFODNN7EXAMPLE' }],
])('%s is refused for %o', (field, change) => {
  expect(Object.keys(check({ ...good, ...change }))).toEqual([field])
})

test.each(['80', '65536', '1e4x', '-1', '8780.5'])('port %s is refused', (port) => {
  expect(check({ ...fresh('local'), name: 'local', port })).toHaveProperty('port')
})

test('credentials go out only in the way that was chosen', () => {
  const typed = { ...good, access_key_id: ' AKIAIOSFODNN7EXAMPLE ', secret_access_key: 'x ', session_token: ' ' }
  expect(targetOf(typed)).toMatchObject({ credentials: { from: 'profile', profile: 'acme' } })
  expect(JSON.stringify(targetOf(typed))).not.toContain('AKIA')
  expect(targetOf({ ...typed, from: 'access-key' })).toMatchObject({
    credentials: { from: 'access-key', access_key_id: 'AKIAIOSFODNN7EXAMPLE', secret_access_key: 'x', session_token: null },
  })
  expect(targetOf({ ...typed, from: 'keep' })).toMatchObject({ credentials: { from: 'keep' } })
})

test('a stored key is kept unless another way is chosen', () => {
  const gateway: Gateway = {
    id: 'g', name: 'n', display_name: '', description: '', production: true, created_at: 0, updated_at: 0,
    target: {
      kind: 'aws', region: 'eu-west-1', stage: 's', endpoint_type: 'EDGE', endpoint_url: 'http://127.0.0.1:4566',
      credentials: { from: 'access-key', secret: 'ref', hint: 'Q7XA' },
    },
  }
  const values = ofGateway(gateway)
  expect(values.from).toBe('keep')
  expect(values.production).toBe(true)
  expect(targetOf(values)).toEqual({
    kind: 'aws', region: 'eu-west-1', stage: 's', endpoint_type: 'EDGE', endpoint_url: 'http://127.0.0.1:4566', credentials: { from: 'keep' },
  })
})

test('a name is suggested from stage and region', () => {
  expect(suggestedName({ ...good, stage: 'Prod_1' })).toBe('prod-1-eu-west-1')
  expect(suggestedName({ ...good, region: '' })).toBe('prod')
  expect(suggestedName(fresh('local'))).toBe('local')
})

test('a suggested name is not one that is taken', () => {
  expect(suggestedName(fresh('local'), ['local', 'local-2', 'prod'])).toBe('local-3')
  expect(suggestedName(fresh('local'), ['prod'])).toBe('local')
})
