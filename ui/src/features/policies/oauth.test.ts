import { describe, expect, it } from 'vitest'
import type { OauthPolicy, OperationPolicy } from '../../ipc/generated'
import { bulk, draftOf, oauthErrors, opened, policyOf, scopeList, tally } from './oauth'

const operations: OperationPolicy[] = [
  { operation: 'GET /a', security: { kind: 'token', scopes: [] }, overridden: false, document_scopes: [] },
  { operation: 'POST /a', security: { kind: 'token', scopes: ['a:write'] }, overridden: true, document_scopes: ['a:write'] },
  { operation: 'GET /health', security: { kind: 'open', declared: true }, overridden: true, document_scopes: [] },
]
const policy: OauthPolicy = {
  key_manager: 'km_1',
  audience: 'https://api.example',
  scopes: ['a:read'],
  operations: { 'POST /a': { kind: 'scopes', scopes: ['a:write'] }, 'GET /health': { kind: 'public' } },
  aws: { kind: 'existing', lambda_arn: 'arn:aws:lambda:eu-west-1:123456789012:function:check', invoke_role_arn: null },
  ttl_seconds: 60,
}

describe('the OAuth draft', () => {
  it('gives back the policy it was read from', () => {
    expect(policyOf(draftOf(policy, operations, []))).toEqual(policy)
  })
  it('starts from the scopes the document names when nothing is attached', () => {
    const draft = draftOf(null, operations, ['km_only'])
    expect(draft.keyManager).toBe('km_only')
    expect(draft.operations.map((one) => one.choice)).toEqual(['inherited', 'scopes', 'inherited'])
  })
  it('keeps what was typed for an operation that goes back to inherited', () => {
    const draft = draftOf(policy, operations, [])
    const changed = bulk(draft.operations, new Set(['POST /a']), 'inherited', '')
    expect(changed[1]).toEqual({ operation: 'POST /a', choice: 'inherited', scopes: 'a:write' })
    expect(tally(changed)).toEqual({ protected: 2, public: 1 })
  })
  it('places errors', () => {
    const draft = { ...draftOf(policy, operations, []), audience: ' ', ttl: '3601', lambdaArn: 'check', scopes: 'a"b' }
    expect(Object.keys(oauthErrors(draft)).sort()).toEqual(['audience', 'lambdaArn', 'scopes', 'ttl'])
    const bad = { ...draftOf(policy, operations, []), operations: [{ operation: 'GET /a', choice: 'scopes' as const, scopes: 'a\\b' }] }
    expect(oauthErrors(bad).operations).toContain('GET /a')
  })
  it('takes own scopes without any: then any token will do, whatever the API asks for elsewhere', () => {
    const any = { ...draftOf(policy, operations, []), operations: [{ operation: 'GET /a', choice: 'scopes' as const, scopes: ' ' }] }
    expect(oauthErrors(any).operations).toBeUndefined()
    expect(policyOf(any).operations['GET /a']).toEqual({ kind: 'scopes', scopes: [] })
  })
  it('counts what detaching opens: not what is public already', () => {
    expect(opened(operations)).toEqual(['GET /a', 'POST /a'])
  })
  it('reads scopes with any separator, each once', () => {
    expect(scopeList(' a b,a\n c ')).toEqual(['a', 'b', 'c'])
  })
})
