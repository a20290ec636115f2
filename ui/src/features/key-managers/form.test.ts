import { expect, test } from 'vitest'
import type { PresetRow } from '../../ipc'
import { check, fresh, inputOf, issuerOf, suggestedName } from './form'

const okta: PresetRow = {
  kind: 'okta',
  title: 'Okta',
  issuer_template: 'https://{domain}/oauth2/{server}',
  fields: [
    { name: 'domain', label: 'Domain', example: 'acme.okta.com', default: '' },
    { name: 'server', label: 'Server', example: 'default', default: '' },
  ],
  notes: [],
}

test('an issuer is made once every field is there', () => {
  expect(issuerOf(okta, {})).toBeNull()
  expect(issuerOf(okta, { domain: 'acme.okta.com', server: ' ' })).toBeNull()
  expect(issuerOf(okta, { domain: 'https://acme.okta.com/', server: 'default' })).toBe('https://acme.okta.com/oauth2/default')
})

test.each([
  ['oidc', 'https://login.acme.test/', 'acme'],
  ['auth0', 'https://acme.eu.auth0.com/', 'auth0-acme'],
  ['google', 'https://accounts.google.com', 'google'],
  ['oidc', 'http://127.0.0.1:9000', 'local'],
  ['okta', 'not a url', 'okta'],
  ['oidc', '', ''],
] as const)('a %s at %s is suggested %s', (kind, url, name) => {
  expect(suggestedName({ ...fresh(), kind, url })).toBe(name)
})

const good = {
  ...fresh(),
  name: 'acme',
  url: 'https://a.test/',
  issuer: 'https://a.test/',
  jwks_uri: 'https://a.test/jwks',
  token_endpoint: 'https://a.test/token',
}

test('what was discovered is enough; sign-in is optional', () => {
  expect(check(good)).toEqual({})
  expect(inputOf(good).authorization_endpoint).toBeNull()
})

test('an endpoint that is no address, and no algorithm at all, are refused', () => {
  expect(check({ ...good, jwks_uri: 'jwks' })).toHaveProperty('jwks_uri')
  expect(check({ ...good, authorization_endpoint: 'x' })).toHaveProperty('authorization_endpoint')
  expect(check({ ...good, algorithms: [] })).toHaveProperty('algorithms')
  expect(check(fresh())).toHaveProperty('url')
})
