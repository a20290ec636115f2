import { render, screen, waitFor } from '@testing-library/svelte'
import userEvent from '@testing-library/user-event'
import { expect, test, vi } from 'vitest'
import ConfirmDialog from '../src/kit/ConfirmDialog.svelte'
import FaultNotice from '../src/kit/FaultNotice.svelte'
import SecretField from '../src/kit/SecretField.svelte'
import TagsField from '../src/kit/TagsField.svelte'
import TextField from '../src/kit/TextField.svelte'
import Harness from './Harness.svelte'

test('the error of a field takes the place of its help and is read with it', async () => {
  const { rerender } = render(TextField, { label: 'Port', value: '', help: 'A number.' })
  const field = screen.getByLabelText('Port')
  expect(field).toHaveAccessibleDescription('A number.')
  await rerender({ error: 'Not a number.' })
  expect(field).toHaveAccessibleDescription('Not a number.')
  expect(field).toBeInvalid()
  expect(screen.queryByText('A number.')).toBeNull()
})

test('a stored secret is never in the page; replacing starts empty', async () => {
  render(SecretField, { label: 'Secret', value: '', stored: true, storedHint: 'Q7XA' })
  const field = screen.getByLabelText<HTMLInputElement>('Secret')
  expect(field.readOnly).toBe(true)
  expect(field.value).toBe('stored · ends in Q7XA')
  await userEvent.click(screen.getByRole('button', { name: 'Replace' }))
  const input = screen.getByLabelText<HTMLInputElement>('Secret')
  expect(input.type).toBe('password')
  expect(input.value).toBe('')
})

test('a question focuses Cancel, runs on its verb, and stays open when that fails', async () => {
  const run = vi.fn(() => Promise.reject(new Error('in use')))
  const onfail = vi.fn()
  render(ConfirmDialog, { open: true, title: 'Remove x?', description: 'Gone.', verb: 'Remove', run, onfail })
  await waitFor(() => expect(screen.getByRole('button', { name: 'Cancel' })).toHaveFocus())
  await userEvent.click(screen.getByRole('button', { name: 'Remove' }))
  expect(onfail).toHaveBeenCalledOnce()
  expect(screen.getByRole('alertdialog')).toBeVisible()
})

test('on production the verb waits for the typed name', async () => {
  const run = vi.fn(() => Promise.resolve())
  render(ConfirmDialog, { open: true, title: 'Remove x?', description: 'Gone.', verb: 'Remove', typed: 'prod', run })
  expect(screen.getByRole('button', { name: 'Remove' })).toBeDisabled()
  await userEvent.type(screen.getByLabelText('Type prod to go on'), 'prod')
  await userEvent.click(screen.getByRole('button', { name: 'Remove' }))
  expect(run).toHaveBeenCalledOnce()
})

const fault = {
  code: 'aws.throttled',
  effect: 'unknown',
  retry: 'soon',
  summary: 'PutRestApi was refused.',
  advice: 'Wait.',
  facts: { 'request-id': 'abc' },
}

test('a fault says what, what to do, its facts, and whether it may have happened', async () => {
  const onretry = vi.fn()
  render(FaultNotice, { fault, row: { severity: 'error', title: 'AWS limits', action: { label: 'Open gateways', href: '#/gateways' } }, onretry })
  const alert = screen.getByRole('alert')
  for (const text of ['AWS limits', 'PutRestApi was refused.', 'Wait.', 'abc', 'aws.throttled']) expect(alert).toHaveTextContent(text)
  expect(alert).toHaveTextContent('It is not known whether it happened')
  expect(screen.getByRole('link', { name: 'Open gateways' })).toHaveAttribute('href', '#/gateways')
  await userEvent.click(screen.getByRole('button', { name: 'Try again' }))
  expect(onretry).toHaveBeenCalledOnce()
})

test('what will fail the same way again is not offered again', () => {
  render(FaultNotice, { fault: { ...fault, retry: 'never' }, row: { severity: 'warning', title: 'x', action: null }, onretry: () => {} })
  expect(screen.queryByRole('button', { name: 'Try again' })).toBeNull()
})

test('tags are taken at a blank, a comma and on leaving, each once', async () => {
  render(TagsField, { label: 'Scopes', values: ['a'] })
  await userEvent.type(screen.getByLabelText('Scopes'), 'b c,a d')
  await userEvent.tab()
  expect(screen.getAllByRole('button').map((button) => button.getAttribute('aria-label'))).toEqual(['Remove a', 'Remove b', 'Remove c', 'Remove d'])
})

test('a timeline tells a wait with its reason, and tries from the second on', () => {
  render(Harness, {
    columns: [
      {
        id: 'g',
        title: 'prod',
        state: 'running',
        word: 'deploying',
        steps: [
          { id: '0', title: 'Import', state: 'ok', startedAt: 1, endedAt: 1501, attempt: 1, reference: 'req-1' },
          {
            id: '1',
            title: 'Deploy',
            state: 'waiting',
            startedAt: Date.now(),
            resumesAt: Date.now() + 600_000,
            note: 'AWS allows one deployment per 5 s',
            attempt: 2,
          },
        ],
      },
    ],
  })
  const text = screen.getByRole('group', { name: 'Runs' }).textContent
  expect(text).toContain('1.5 s')
  expect(text).toMatch(/AWS allows one deployment per 5 s · goes on in (10|9) min/)
  expect(text).toContain('try 2')
  expect(text).not.toContain('try 1')
})
