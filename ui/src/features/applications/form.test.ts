import { expect, test } from 'vitest'
import { check, fresh, inputOf } from './form'
import { claimTimes, indented, tokenStanding } from './token'

const good = { ...fresh('km'), name: 'app', client_id: 'id', secret: 's' }
const unknown = { resident: false, stored: false }

test('id and secret are needed, unless the resident key manager makes them or they are stored', () => {
  expect(check(good, unknown)).toEqual({})
  expect(Object.keys(check({ ...good, client_id: ' ', secret: '' }, unknown))).toEqual(['client_id', 'secret'])
  expect(check({ ...good, client_id: '', secret: '' }, { resident: true, stored: false })).toEqual({})
  expect(check({ ...good, secret: '' }, { resident: false, stored: true })).toEqual({})
  expect(check({ ...good, authentication: 'none', secret: '' }, unknown)).toEqual({})
})

test('a public client sends no secret, whatever was typed before', () => {
  expect(inputOf({ ...good, authentication: 'none' }).secret).toBeNull()
  expect(inputOf({ ...good, secret: '' }).secret).toBeNull()
  expect(inputOf(good).secret).toBe('s')
})

const token = { application: 'a', obtained_at: 0, scopes: [], claims: null, refreshable: false }

test('a token says how long it lives', () => {
  expect(tokenStanding(null, 0)).toEqual({ state: 'unknown', word: 'no token' })
  expect(tokenStanding({ ...token, expires_at: 2_580_000 }, 0)).toEqual({ state: 'ok', word: '43 min left' })
  expect(tokenStanding({ ...token, expires_at: 30_000 }, 0)).toEqual({ state: 'warning', word: '30 s left' })
  expect(tokenStanding({ ...token, expires_at: 10 }, 10)).toEqual({ state: 'warning', word: 'token expired' })
})

test('claims are indented, and what is no JSON is left alone', () => {
  expect(indented('{"a":1}')).toBe('{\n  "a": 1\n}')
  expect(indented('opaque')).toBe('opaque')
})

test('times are found in claims, and odd claims are no error', () => {
  expect(claimTimes('{"exp": 10, "iat": "x", "aud": "a"}')).toEqual([{ name: 'exp', at: 10_000 }])
  expect(claimTimes('not json')).toEqual([])
  expect(claimTimes('null')).toEqual([])
})
