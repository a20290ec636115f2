import { flushSync } from 'svelte'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { Fault, OperationForm } from '../../ipc/generated'
import { blankOperation } from './operations'

type Answer = (request: Record<string, unknown>) => unknown
const answers: Record<string, Answer> = {}
const asked: [string, Record<string, unknown>][] = []
vi.mock('../../ipc', () => ({
  call: (name: string, request: Record<string, unknown>) => {
    asked.push([name, request])
    return new Promise((resolve, reject) => {
      try {
        resolve(answers[name]?.(request))
      } catch (thrown) {
        reject(thrown)
      }
    })
  },
  toFault: (thrown: unknown) => thrown,
}))
const { drafts } = await import('./drafts.svelte')
const { OperationEdit, NEW } = await import('./operation.controller.svelte')

const stored: OperationForm = { ...blankOperation('/notes'), summary: 'Notes' }
const changed: Fault = { code: 'catalog.changed-meanwhile', effect: 'none', retry: 'after-fix', summary: 'Changed.', advice: '', facts: {} }
const settled = () => new Promise((resolve) => setTimeout(resolve)).then(() => flushSync())

async function edit(api: string, key = 'GET /notes', edition = 3) {
  const one = new OperationEdit(api, key, edition, () => [])
  await settled()
  return one
}

beforeEach(() => {
  asked.length = 0
  answers['operations.get'] = () => structuredClone(stored)
  answers['operations.put'] = ({ edition }) => ({ edition: Number(edition) + 1 })
})

describe('an operation being edited', () => {
  it('keeps a draft when it is left, and begins with it when it comes back', async () => {
    const first = await edit('api_of_operations')
    if (first.form) first.form.summary = 'Typed'
    flushSync()
    expect(drafts.operations('api_of_operations')).toEqual(['GET /notes'])
    first.close()
    const second = await edit('api_of_operations')
    expect(second.form?.summary).toBe('Typed')
    expect(second.dirty).toBe(true)
    second.discard()
    flushSync()
    expect(second.form?.summary).toBe('Notes')
    expect(drafts.any('api_of_operations')).toBe(false)
    second.close()
  })

  it('does not save what is wrong, and says so only then', async () => {
    const one = await edit('api_2', NEW)
    one.setPath('no-slash')
    expect(await one.save()).toBeNull()
    expect(one.tried).toBe(true)
    expect(asked.map(([name]) => name)).not.toContain('operations.put')
    one.setPath('/things/{id}')
    expect(await one.save()).toBe('GET /things/{id}')
    expect(asked.at(-1)?.[1]).toMatchObject({ replaces: null, edition: 3 })
    one.close()
  })

  it('carries other drafts to the edition its own save made', async () => {
    const other = await edit('api_3', 'GET /other')
    if (other.form) other.form.summary = 'Also typed'
    flushSync()
    other.close()
    const one = await edit('api_3')
    if (one.form) one.form.summary = 'Mine'
    flushSync()
    await one.save()
    expect(drafts.operation('api_3', 'GET /other')?.edition).toBe(4)
    one.close()
  })

  it('follows the API while nobody touched it, and not once somebody did', async () => {
    const one = await edit('api_5')
    answers['operations.get'] = () => ({ ...structuredClone(stored), summary: 'Newer' })
    one.follow(4)
    await settled()
    expect(one.form?.summary).toBe('Newer')
    if (one.form) one.form.summary = 'Typed'
    flushSync()
    answers['operations.get'] = () => ({ ...structuredClone(stored), summary: 'Newest' })
    one.follow(5)
    await settled()
    expect(one.form?.summary).toBe('Typed')
    await one.save()
    expect(asked.at(-1)).toMatchObject(['operations.put', { edition: 4 }])
    one.close()
  })

  it('lays a newer reading under what was typed after a refusal, and saves at its edition', async () => {
    const one = await edit('api_4')
    if (one.form) one.form.summary = 'Mine'
    flushSync()
    answers['operations.put'] = () => {
      throw changed
    }
    expect(await one.save()).toBeNull()
    expect(one.fault?.code).toBe('catalog.changed-meanwhile')
    expect(one.form?.summary).toBe('Mine')

    answers['apis.get'] = () => ({ api: { edition: 9 }, operations: [{ operation: 'GET /notes' }] })
    answers['operations.get'] = () => ({ ...structuredClone(stored), summary: 'Theirs', description: 'New' })
    await one.rebase()
    flushSync()
    expect([one.form?.summary, one.form?.description]).toEqual(['Mine', 'New'])
    answers['operations.put'] = ({ edition }) => ({ edition: Number(edition) + 1 })
    await one.save()
    expect(asked.at(-1)).toMatchObject(['operations.put', { edition: 9 }])
    one.close()
  })
})
