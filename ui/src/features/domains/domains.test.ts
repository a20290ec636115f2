import { describe, expect, it } from 'vitest'
import { mappingErrors } from './domains'

describe('a mapping', () => {
  it('has the name of a domain and one part of a path', () => {
    const wrong = (domain: string, basePath = '') => Object.keys(mappingErrors({ domain, basePath }))
    expect(wrong('api.example.com')).toEqual([])
    expect(wrong('*.example.com', '/orders')).toEqual([])
    expect(wrong('')).toEqual(['domain'])
    expect(wrong('https://api.example.com')).toEqual(['domain'])
    expect(wrong('localhost')).toEqual(['domain'])
    expect(wrong('api.example.com', 'a/b')).toEqual(['basePath'])
  })
})
