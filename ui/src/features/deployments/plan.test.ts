import { describe, expect, it } from 'vitest'
import type { PlanView, TargetPlan } from '../../ipc/generated'
import { callText, callWords, consents, eta, noticed, security, standing, verb } from './plan'

function target(name: string, more: Partial<TargetPlan> = {}): TargetPlan {
  return {
    gateway: `gw_${name}`,
    gateway_name: name,
    gateway_kind: 'aws',
    account: '123456789012',
    region: 'eu-west-1',
    live: 'live',
    changes: [
      { kind: 'added', operation: 'GET /a', sentence: 'GET /a is added', lowers_security: false },
      { kind: 'removed', operation: 'GET /b', sentence: 'GET /b is removed', lowers_security: false },
      { kind: 'security', operation: 'GET /c', sentence: 'GET /c becomes protected', lowers_security: false },
      { kind: 'security', operation: 'GET /d', sentence: 'GET /d becomes open', lowers_security: true },
    ],
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
    consents: [{ key: 'lowers-security', sentence: 'GET /d becomes open' }],
    invoke_url: null,
    returns_to: null,
    fault: null,
    ...more,
  }
}
const plan = (targets: TargetPlan[], goal: PlanView['goal'] = 'publish'): PlanView => ({ api: 'api_1', goal, revision: 'rev_1', targets })

describe('the plan', () => {
  it('says once what holds on several gateways, and apart what does not', () => {
    const groups = noticed([target('a'), target('b'), target('c', { changes: [] })])
    expect(groups.map((group) => group.gateways)).toEqual([['a', 'b']])
    expect(groups[0]?.changes.map((change) => change.kind)).toEqual(['removed', 'added'])
  })
  it('puts what loosens first', () => {
    expect(security([target('a')])[0]?.changes.map((change) => change.lowers_security)).toEqual([true, false])
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
  it('waits for the slowest, side by side', () => {
    expect(eta(plan([target('a'), target('b', { eta_ms: 9000 }), target('c', { steps: [], eta_ms: 99_000 })]))).toBe(9000)
  })
  it('names the calls', () => {
    expect(callWords(target('a'))).toBe('2 calls, 1 of them writes')
    expect(callText(target('a'))).toContain('apigateway PutRestApi  PUT /restapis/{id}  (apigateway:PUT)')
  })
})
