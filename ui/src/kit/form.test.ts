import { flushSync } from 'svelte'
import { expect, test, vi } from 'vitest'
import { FormState } from './form.svelte'

interface Values extends Record<string, unknown> {
  name: string
  port: string
}

const form = (submit: (values: Values) => Promise<unknown>) =>
  new FormState<Values>({
    initial: { name: '', port: '1' },
    validate: ({ name }) => (name === '' ? { name: 'missing' } : {}),
    submit,
  })

test('errors wait until the field was typed in and paused, or submitted', async () => {
  vi.useFakeTimers()
  const one = form(() => Promise.resolve())
  expect(one.field('name').error).toBeUndefined()
  one.field('name').oninput()
  expect(one.field('name').error).toBeUndefined()
  vi.advanceTimersByTime(500)
  flushSync()
  expect(one.field('name').error).toBe('missing')
  one.values.name = 'a'
  expect(one.field('name').error).toBeUndefined()
  vi.useRealTimers()
})

test('an invalid form is not submitted and shows every error', async () => {
  const submit = vi.fn(() => Promise.resolve())
  const one = form(submit)
  expect(await one.submit()).toBe(false)
  expect(submit).not.toHaveBeenCalled()
  expect(one.field('name').error).toBe('missing')
})

test('a failure keeps what was typed', async () => {
  const one = form(() => Promise.reject(new Error('no')))
  one.values.name = 'typed'
  expect(await one.submit()).toBe(false)
  expect(one.values.name).toBe('typed')
  expect(one.failure).toBeInstanceOf(Error)
  expect(one.submitting).toBe(false)
})

test('what the core refused stays until the field changes', async () => {
  const one = form(() => {
    one.refuse('name', 'taken')
    return Promise.reject(new Error('taken'))
  })
  one.values.name = 'a'
  await one.submit()
  expect(one.field('name').error).toBe('taken')
  expect(one.valid).toBe(false)
  one.values.name = 'b'
  expect(one.field('name').error).toBeUndefined()
  expect(one.valid).toBe(true)
})

test('one submit at a time', async () => {
  let finish = () => {}
  const submit = vi.fn(() => new Promise<void>((resolve) => (finish = resolve)))
  const one = form(submit)
  one.values.name = 'a'
  const first = one.submit()
  expect(await one.submit()).toBe(false)
  finish()
  expect(await first).toBe(true)
  expect(submit).toHaveBeenCalledTimes(1)
})
