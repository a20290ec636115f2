import { describe, expect, it } from 'vitest'
import type { ConsoleForm, HistoryDetail, KeyManager, OauthPolicy, TokenState } from '../../ipc/generated'
import { shown, SHOWN, statusState } from './answer'
import { blocking, fromForm, fromHistory, line, preview, problems, toRequest } from './request'
import { chip, type Wanted } from './token'

const form: ConsoleForm = {
  base_url: 'http://127.0.0.1:8780/orders/',
  parameters: [
    { name: 'id', location: 'path', required: true, value: 'a b/c', description: '', allowed: [] },
    { name: 'expand', location: 'query', required: false, value: 'lines', description: '', allowed: ['lines'] },
    { name: 'limit', location: 'query', required: true, value: '10', description: '', allowed: [] },
    { name: 'X-Trace', location: 'header', required: false, value: '1', description: '', allowed: [] },
  ],
  content_type: 'application/json',
  body: '{"a":1}',
  security: { kind: 'token', scopes: ['orders:read'] },
  applications: ['app_1', 'app_2'],
}

describe('the request', () => {
  const draft = fromForm({ method: 'POST', path: '/orders/{id}' }, form)
  it('sends what must be sent and leaves optional examples out', () => {
    const request = toRequest('api_1', 'gw_1', draft)
    expect(request.query).toEqual([{ name: 'limit', value: '10' }])
    expect(request.headers).toEqual([{ name: 'Content-Type', value: 'application/json' }])
    expect(request.application).toBe('app_1')
    expect(request.path_parameters).toEqual([{ name: 'id', value: 'a b/c' }])
  })
  it('shows the address with its values encoded', () => {
    expect(preview(form.base_url, draft)).toBe('http://127.0.0.1:8780/orders/orders/a%20b%2Fc?limit=10')
    expect(preview(null, { ...draft, pathParameters: [line('id', '')] })).toBe('/orders/{id}?limit=10')
  })
  it('sends no body where none belongs', () => {
    expect(toRequest('a', 'g', { ...draft, method: 'GET' }).body).toBe('')
  })
  it('stops at an empty path value, and only remarks on a body that is no JSON', () => {
    const broken = { ...draft, body: '{' }
    expect(blocking(problems(broken))).toBe(false)
    expect(problems(broken).get('body')).toContain('Not JSON')
    expect(blocking(problems({ ...draft, pathParameters: [line('id', '')] }))).toBe(true)
    expect(blocking(problems({ ...draft, headers: [line('a b', 'x')] }))).toBe(true)
  })
  it('comes back from the history as it was sent', () => {
    const request = toRequest('api_1', 'gw_1', draft)
    const back = fromHistory({ request } as HistoryDetail)
    expect(toRequest('api_1', 'gw_1', back)).toEqual(request)
  })
})

describe('the token chip', () => {
  const policy = { audience: 'https://orders' } as OauthPolicy
  const wanted: Wanted = { policy, keyManager: { issuer: 'https://idp' } as KeyManager, security: { kind: 'token', scopes: ['orders:read'] } }
  const token = (claims: object | null, expires: number | null = 43 * 60_000 + 5000): TokenState => ({
    application: 'app_1',
    obtained_at: 0,
    expires_at: expires,
    scopes: [],
    claims: claims && JSON.stringify(claims),
    refreshable: false,
  })
  const good = { iss: 'https://idp', aud: ['https://orders'], scope: 'orders:read orders:write' }
  it('says how long it lives and that it fits', () => {
    expect(chip(token(good), wanted, 0)).toMatchObject({ state: 'ok', life: '43 min left', match: 'matches policy' })
  })
  it.each([
    [{ ...good, iss: 'https://other' }, 'other issuer'],
    [{ ...good, aud: 'https://else' }, 'other audience'],
    [{ ...good, scope: 'orders:write' }, 'lacks orders:read'],
    [null, 'opaque token'],
  ])('says what disagrees: %o', (claims, word) => {
    expect(chip(token(claims), wanted, 0)).toMatchObject({ state: 'warning', match: word })
  })
  it('takes scopes of Entra and Okta from scp', () => {
    expect(chip(token({ ...good, scope: undefined, scp: ['orders:read'] }), wanted, 0).match).toBe('matches policy')
  })
  it('knows its end', () => {
    expect(chip(token(good, 10), wanted, 10)).toMatchObject({ state: 'failed', life: 'expired' })
    expect(chip(null, wanted, 0).life).toBe('no token yet')
  })
})

describe('the answer', () => {
  it('cuts a huge body and says how much', () => {
    const raw = 'x'.repeat(SHOWN + 7)
    expect(shown({ kind: 'text', raw, pretty: null, language: 'json', truncated: false }, true)).toMatchObject({ cut: 7, language: 'text' })
  })
  it('does not colour JSON in one endless line', () => {
    const raw = `["${'x'.repeat(60_000)}"]`
    expect(shown({ kind: 'text', raw, pretty: null, language: 'json', truncated: false }, false).language).toBe('text')
    expect(shown({ kind: 'text', raw: '[1]', pretty: '[\n  1\n]', language: 'json', truncated: false }, true)).toEqual({ text: '[\n  1\n]', language: 'json', cut: 0 })
  })
  it('gives each class of status a state', () => {
    expect([204, 302, 404, 502].map(statusState)).toEqual(['ok', 'waiting', 'warning', 'failed'])
  })
})
