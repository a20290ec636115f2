import { describe, expect, it } from 'vitest'
import { backendOf, basePathFor, blankSettings, nextVersion, settingsErrors } from './settings'

describe('settings', () => {
  it.each([
    ['Orders API', '/orders'],
    ['  Pet   Shop ', '/pet-shop'],
    ['API', '/'],
    ['Ünïcode', '/unicode'],
  ])('makes a base path of %j', (name, path) => {
    expect(basePathFor(name)).toBe(path)
  })
  it.each([
    ['1.2.9', '1.2.10'],
    ['v1', 'v2'],
    ['2024-01-beta', '2024-2-beta'],
    ['draft', 'draft-2'],
    ['', '1.0.0'],
  ])('offers a version after %j', (version, next) => {
    expect(nextVersion(version)).toBe(next)
  })
  it('says what is missing, and asks for no address when answers are mocked', () => {
    expect(Object.keys(settingsErrors(blankSettings()))).toEqual(['name', 'url'])
    expect(settingsErrors({ ...blankSettings(), name: 'Orders', backend: 'mock' })).toEqual({})
  })
  it.each(['ftp://a.example', 'a.example', 'https://u:p@a.example', 'https://a.example?x=1'])('refuses the backend %s', (url) => {
    expect(settingsErrors({ ...blankSettings(), name: 'Orders', url }).url).toBeTruthy()
  })
  it('leaves a last slash of the backend out', () => {
    expect(backendOf({ ...blankSettings(), url: ' https://a.example/v1/ ' })).toEqual({ kind: 'http', url: 'https://a.example/v1' })
  })
})
