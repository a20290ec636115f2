import { describe, expect, it } from 'vitest'
import type { LogFormat, StageSettings } from '../../ipc/generated'
import { foundWords, settingsOf, stageDraft, stageErrors } from './stages'

const formats: LogFormat[] = [{ name: 'json', title: 'JSON', format: '{"id":"$context.requestId"}' }]
const nothing: StageSettings = {
  variables: {},
  throttle: null,
  operations: {},
  logging: null,
  full_requests: null,
  metrics: null,
  access_log: null,
  cache: null,
  tracing: null,
  tags: {},
}
const full: StageSettings = {
  variables: { stock: 'https://a.example/?b=c', old: null },
  throttle: { rate: 0.5, burst: 200 },
  operations: { 'GET /a=b': { throttle: { rate: 1, burst: 2 }, caching: false }, 'GET /c': { throttle: { rate: -1, burst: -1 }, caching: null } },
  logging: 'error',
  full_requests: false,
  metrics: true,
  access_log: { kind: 'on', destination: 'arn:aws:logs:eu-west-1:1:log-group:a', format: '$context.requestId' },
  cache: { kind: 'on', size_gb: '1.6', ttl_seconds: 60, encrypted: null },
  tracing: true,
  tags: { team: 'shop' },
}

describe('stage settings', () => {
  it('come out of the form as they went in', () => {
    for (const settings of [nothing, full, { ...full, throttle: { rate: -1, burst: -1 }, access_log: { kind: 'off' as const }, cache: { kind: 'off' as const } }]) {
      const draft = stageDraft(settings, formats)
      expect(stageErrors(draft)).toEqual({})
      expect(settingsOf(draft, formats)).toEqual(settings)
    }
  })
  it('name what AWS would refuse while it is typed', () => {
    const draft = stageDraft(nothing, formats)
    const wrong = (more: Partial<typeof draft>) => Object.keys(stageErrors({ ...draft, ...more }))
    expect(wrong({ variables: 'ok=1\na-b=2' })).toEqual(['variables'])
    expect(wrong({ variables: 'a=two words' })).toEqual(['variables'])
    expect(wrong({ throttle: 'limit', rate: '-1', burst: 'x' })).toEqual(['rate', 'burst'])
    expect(wrong({ throttles: 'GET orders=1/2' })).toEqual(['throttles'])
    expect(wrong({ throttles: 'GET /orders=fast' })).toEqual(['throttles'])
    expect(wrong({ accessLog: 'on', destination: 'log', format: 'own', ownFormat: '$context.status' })).toEqual(['destination', 'ownFormat'])
    expect(wrong({ cache: '0.5', ttl: '3601' })).toEqual(['ttl'])
    expect(wrong({ cached: 'GET /orders=maybe' })).toEqual(['cached'])
    expect(wrong({ tags: 'aws:x=y' })).toEqual(['tags'])
    expect(wrong({ tags: 'team=shop\n\nother=' })).toEqual([])
  })
  it('are shown as found in a few words', () => {
    expect(foundWords(null)).toEqual({})
    expect(foundWords(nothing).throttle).toBe('the account’s')
    const words = foundWords(full)
    expect(words.throttle).toBe('0.5 requests/s, burst 200')
    expect(words.cache).toBe('1.6 GB')
  })
})
