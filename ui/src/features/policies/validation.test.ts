import { describe, expect, it } from 'vitest'
import { validationDraft, validationOf } from './validation'

describe('request validation', () => {
  it('is none when nothing is checked', () => {
    expect(validationDraft(undefined)).toEqual({ parameters: false, body: false })
    expect(validationOf({ parameters: false, body: false })).toBeNull()
  })

  it('keeps what is checked', () => {
    const policy = { parameters: false, body: true }
    expect(validationOf(validationDraft(policy))).toEqual(policy)
  })
})
