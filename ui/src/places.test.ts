import { expect, test } from 'vitest'
import type { Gateway } from './ipc/generated'
import { placeOf, placeWord, regionOf, shortAccount, shortPrincipal, soundsLikeProduction } from './places'

const aws = (name: string, stage: string): Gateway => ({
  id: name,
  name,
  display_name: '',
  description: '',
  production: false,
  created_at: 0,
  updated_at: 0,
  target: {
    kind: 'aws',
    region: 'eu-west-1',
    stage,
    endpoint_type: 'REGIONAL',
    endpoint_url: null,
    credentials: { from: 'profile', profile: 'p' },
  },
})

test.each([
  ['orders', 'prod', 'production'],
  ['prod-eu', 'v1', 'production'],
  ['live', 'v1', 'production'],
  ['preprod', 'v1', 'staging'],
  ['pre-prod', 'prod', 'staging'],
  ['orders-staging', 'v1', 'staging'],
  ['dev', 'v1', 'development'],
  ['products', 'v1', 'aws'],
  ['delivery', 'v1', 'aws'],
  ['device', 'v1', 'aws'],
])('%s at stage %s is %s', (name, stage, place) => {
  expect(placeOf(aws(name, stage))).toBe(place)
})

test('the local gateway is local whatever it is called', () => {
  const local: Gateway = { ...aws('prod', 'prod'), target: { kind: 'local', port: 8780 } }
  expect(placeOf(local)).toBe('local')
  expect(placeWord(local)).toBe('local')
  expect(regionOf(local)).toBe('127.0.0.1:8780')
})

test('a mark says more than a name', () => {
  expect(placeOf({ ...aws('orders', 'v1'), production: true })).toBe('production')
  expect(placeOf({ ...aws('dev', 'dev'), production: true })).toBe('production')
  expect(placeOf({ ...aws('here', 'x'), target: { kind: 'local', port: 8780 }, production: true })).toBe('production')
  expect(soundsLikeProduction('orders', 'prod')).toBe(true)
  expect(soundsLikeProduction('preprod', 'prod')).toBe(false)
})

test('accounts and principals are cut to what tells them apart', () => {
  expect(shortAccount('123456789012')).toBe('1234…9012')
  expect(shortAccount('this machine')).toBe('this machine')
  expect(shortPrincipal('arn:aws:iam::123456789012:user/ops/deploy-bot')).toBe('deploy-bot')
  expect(shortPrincipal('arn:aws:sts::123456789012:assumed-role/deployer/session')).toBe('deployer')
  expect(shortPrincipal('arn:aws:iam::123456789012:root')).toBe('root')
})
