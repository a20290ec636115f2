import { describe, expect, it } from 'vitest'
import type { PlanView, TargetPlan } from '../../ipc/generated'
import { callText, callWords, consents, kept, loosens, noticed, production, protects, shares, standing, toType, verb } from './plan'

function target(name: string, more: Partial<TargetPlan> = {}): TargetPlan {
  return {
    gateway: `gw_${name}`,
    gateway_name: name,
    gateway_kind: 'aws',
    production: false,
    account: '123456789012',
    region: 'eu-west-1',
    live: 'live',
    changes: [
      { kind: 'added', operation: 'GET /a', sentence: 'GET /a is added', lowers_security: false },
      { kind: 'removed', operation: 'GET /b', sentence: 'GET /b is removed', lowers_security: false },
      { kind: 'security', operation: 'GET /c', sentence: 'GET /c becomes protected', lowers_security: false },
      { kind: 'security', operation: 'GET /d', sentence: 'GET /d becomes open', lowers_security: true },
    ],
    settings: [],
    steps: [
      {
        verb: 'aws.put',
        sentence: 'Import the document',
        effect: 'write',
        calls: [{ service: 'apigateway', name: 'PutRestApi', target: 'PUT /restapis/{id}', permission: 'apigateway:PUT' }],
        payload: '',
      },
      { verb: 'aws.read', sentence: 'Read back', effect: 'read', calls: [{ service: 'apigateway', name: 'GetResources', target: 'GET /x', permission: '' }], payload: '' },
    ],
    diagnostics: [],
    permissions: [],
    eta_ms: 4000,
    consents: [{ key: 'lowers-security', sentence: 'GET /d becomes open', operations: ['GET /d'], typed: null }],
    untouched: ['All stays'],
    invoke_url: null,
    returns_to: null,
    fault: null,
    ...more,
  }
}
const plan = (targets: TargetPlan[], goal: PlanView['goal'] = 'publish'): PlanView => ({ api: 'api_1', api_name: 'Orders@1', goal, percent: null, revision: 'rev_1', stages: {}, eta_ms: 9000, untouched: ['On local it stays'], targets })

describe('the plan', () => {
  it('says once what holds on several gateways, and apart what does not', () => {
    const groups = noticed([target('a'), target('b'), target('c', { changes: [] })])
    expect(groups.map((group) => group.gateways)).toEqual([['a', 'b']])
    expect(groups[0]?.changes.map((change) => change.kind)).toEqual(['removed', 'added'])
  })
  it('parts what loosens from what protects', () => {
    expect(loosens([target('a')])[0]?.changes.map((change) => change.operation)).toEqual(['GET /d'])
    expect(protects([target('a')])[0]?.changes.map((change) => change.operation)).toEqual(['GET /c'])
  })
  it('asks for the name of production, or of the API for several', () => {
    const marked = (name: string) => target(name, { production: true, consents: [{ key: 'withdraw', sentence: '', operations: [], typed: name }] })
    expect(toType(plan([target('a'), marked('prod')]))).toBe('prod')
    expect(toType(plan([marked('prod'), marked('prod-us')]))).toBe('Orders@1')
    expect(toType(plan([target('a')]))).toBeNull()
    expect(production([target('a', { production: true, consents: [] })])).toEqual([])
  })
  it('says once what stays, with where, and what stays elsewhere', () => {
    expect(kept(plan([target('a'), target('b', { untouched: ['All stays', 'More'] })]))).toEqual([
      { sentence: 'All stays', gateways: ['a', 'b'] },
      { sentence: 'More', gateways: ['b'] },
      { sentence: 'On local it stays', gateways: [] },
    ])
  })
  it('asks for each consent once, and none of a gateway that cannot run', () => {
    const fault = { code: 'aws.expired-credentials', effect: 'none', retry: 'after-fix', summary: '', advice: '', facts: {} } as const
    const asked = consents([target('a'), target('b'), target('c', { fault })])
    expect(asked).toEqual([{ key: 'lowers-security', sentences: ['GET /d becomes open'], gateways: ['a', 'b'] }])
  })
  it('tells unchanged by its steps: reading is no change', () => {
    expect(standing(target('a', { steps: target('a').steps.slice(1) }))).toBe('unchanged')
    expect(standing(target('a', { steps: [] }))).toBe('unchanged')
    expect(standing(target('a'))).toBe('runs')
  })
  it('counts on its button only what runs', () => {
    expect(verb(plan([target('a'), target('b'), target('c', { steps: [] })]))).toBe('Deploy to 2 gateways')
    expect(verb(plan([target('prod')], 'withdraw'))).toBe('Undeploy from prod')
  })
  it('tells when gateways wait for each other', () => {
    expect(shares(plan([target('a'), target('b')]))).toBe(true)
    expect(shares(plan([target('a'), target('b', { eta_ms: 9000 })]))).toBe(false)
  })
  it('names the calls', () => {
    expect(callWords(target('a'))).toBe('2 calls, 1 of them writes')
    expect(callText(target('a'))).toContain('apigateway PutRestApi  PUT /restapis/{id}  (apigateway:PUT)')
  })
})
