import { describe, expect, it } from 'vitest'
import { corsDraft, corsErrors, corsOf, originProblem } from './cors'

const on = { ...corsDraft(null), on: true, origins: 'https://app.example.com' }

describe('cors', () => {
  it('gives back what it was read from', () => {
    const cors = {
      allow_origins: ['https://a.example', 'http://localhost:5173'],
      allow_headers: ['Authorization'],
      expose_headers: ['X-Total'],
      allow_credentials: true,
      max_age_seconds: 5,
    }
    expect(corsOf(corsDraft(cors))).toEqual(cors)
    expect(corsOf({ ...on, on: false })).toBeNull()
  })
  it('refuses every origin together with credentials', () => {
    expect(corsErrors({ ...on, origins: '*', credentials: true }).origins).toContain('credentials')
    expect(corsErrors({ ...on, origins: '*' })).toEqual({})
    expect(corsErrors({ ...on, origins: '* https://a.example' }).origins).toContain('stands alone')
  })
  it.each([
    ['https://a.example/', 'without path'],
    ['a.example', 'not an origin'],
    ['null', 'sandboxed'],
    ['file:///x', 'only https'],
  ])('refuses the origin %s', (origin, why) => {
    expect(originProblem(origin)).toContain(why)
  })
  it('asks nothing while it is off', () => {
    expect(corsErrors({ ...on, on: false, origins: '' })).toEqual({})
    expect(Object.keys(corsErrors({ ...on, origins: '', maxAge: '-1', allowHeaders: 'a:b' })).sort()).toEqual(['allowHeaders', 'maxAge', 'origins'])
  })
})
