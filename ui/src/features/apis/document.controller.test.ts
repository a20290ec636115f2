import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { ApiFixed, TextChange } from '../../ipc/generated'
import { apply } from '../../kit/edits'

type Answer = (request: Record<string, unknown>) => unknown
const answers: Record<string, Answer> = {}
const asked: [string, Record<string, unknown>][] = []
vi.mock('../../ipc', () => ({
  call: async (name: string, request: Record<string, unknown>) => {
    asked.push([name, request])
    await Promise.resolve()
    return answers[name]?.(request)
  },
  toFault: (thrown: unknown) => thrown,
}))
const { drafts } = await import('./drafts.svelte')
const { DocumentEdit } = await import('./document.controller.svelte')

const TEXT = 'openapi: 3.0.3\n'
const report = (version: unknown, state = 'linted', depth: unknown = 'whole') => ({ version, state, depth, diagnostics: [], total: 0, errors: 0 })
const sent = (name: string) => asked.filter(([one]) => one === name).map(([, request]) => request)
const depths = () => sent('apis.lint_draft').map(({ version, depth }) => `${String(version)} ${String(depth)}`)

/** An editor without a screen. */
class Held {
  text = TEXT
  end = '\n'
  #saved = TEXT
  #changes: TextChange[] = []
  get changed() {
    return this.text !== this.#saved
  }
  get original() {
    return this.text.replaceAll('\n', this.end)
  }
  changes() {
    const found = this.#changes
    this.#changes = []
    return found
  }
  keep(saved?: string) {
    this.#saved = saved ?? this.text
  }
  edit(edits: TextChange[]) {
    this.text = apply(this.text, edits)
    this.#changes.push(...edits)
  }
  replace(text: string) {
    this.text = text
  }
}

async function editing(api: string) {
  const edit = new DocumentEdit(api, null)
  await vi.advanceTimersByTimeAsync(0)
  const editor = new Held()
  edit.attach(editor)
  await vi.advanceTimersByTimeAsync(0)
  const type = (insert: string) => {
    editor.edit([{ from: editor.text.length, to: editor.text.length, insert }])
    edit.type()
  }
  return { edit, editor, type }
}

// The next file of this worker keeps its own time.
afterAll(() => void vi.useRealTimers())
beforeEach(() => {
  vi.useFakeTimers()
  asked.length = 0
  answers['apis.document'] = () => ({ text: TEXT, syntax: 'yaml', edition: 3, diagnostics: [] })
  answers['apis.lint_draft'] = ({ version }) => report(version)
  answers['apis.lint'] = () => ({ diagnostics: [], errors: 0, warnings: 0, fidelity: null })
  answers['apis.close_draft'] = () => ({})
})

describe('a document being typed', () => {
  it('is sent whole once, then keystroke by keystroke, and whole again only when it is not known', async () => {
    const { edit, type } = await editing('api_1')
    expect(sent('apis.lint_draft')).toMatchObject([{ version: 1, text: TEXT, changes: [] }])
    type('a')
    await vi.advanceTimersByTimeAsync(40)
    expect(sent('apis.lint_draft')[1]).toMatchObject({ version: 2, text: null, changes: [{ from: 15, to: 15, insert: 'a' }] })
    answers['apis.lint_draft'] = ({ version, text }) => report(version, text === null ? 'unknown' : 'linted')
    type('b')
    await vi.advanceTimersByTimeAsync(60)
    expect(sent('apis.lint_draft')[3]).toMatchObject({ version: 4, text: `${TEXT}ab`, changes: [] })
    edit.close()
    expect(sent('apis.close_draft')).toHaveLength(1)
  })

  it('is looked at near the keystroke, then whole, and for the gateway when typing pauses', async () => {
    answers['apis.lint_draft'] = ({ version, depth }) => report(version, 'linted', depth)
    const { edit, type } = await editing('api_4')
    await vi.advanceTimersByTimeAsync(10)
    expect(depths()).toEqual(['1 text', '1 whole'])
    asked.length = 0
    type('a')
    await vi.advanceTimersByTimeAsync(40)
    expect(depths()).toEqual(['2 near', '2 text'])
    type('b')
    await vi.advanceTimersByTimeAsync(40)
    expect(depths().slice(2)).toEqual(['3 near', '3 text'])
    await vi.advanceTimersByTimeAsync(500)
    expect(depths().slice(4)).toEqual(['3 whole'])
    // Nothing is near when the core had to read it all.
    answers['apis.lint_draft'] = ({ version, depth }) => report(version, 'linted', depth === 'near' ? 'text' : depth)
    asked.length = 0
    type('c')
    await vi.advanceTimersByTimeAsync(100)
    expect(depths()).toEqual(['4 near'])
    await vi.advanceTimersByTimeAsync(400)
    expect(depths()).toEqual(['4 near', '4 whole'])
    edit.close()
    drafts.dropDocument('api_4')
  })

  it('waits for the answer that is on its way, and goes with it', async () => {
    answers['apis.lint_draft'] = ({ version, depth }) => report(version, 'linted', depth)
    const { edit, type } = await editing('api_6')
    await vi.advanceTimersByTimeAsync(10)
    asked.length = 0
    let answer: () => void = () => undefined
    answers['apis.lint_draft'] = ({ version, depth }) => new Promise((resolve) => (answer = () => resolve(report(version, 'linted', depth))))
    type('a')
    await vi.advanceTimersByTimeAsync(1)
    type('b')
    await vi.advanceTimersByTimeAsync(20)
    type('c')
    await vi.advanceTimersByTimeAsync(20)
    expect(depths()).toEqual(['2 near'])
    answer()
    await vi.advanceTimersByTimeAsync(1)
    expect(depths()).toEqual(['2 near', '3 near'])
    expect(sent('apis.lint_draft')[1]).toMatchObject({ changes: [{ insert: 'b' }, { insert: 'c' }] })
    // One that does not come is overtaken.
    type('d')
    await vi.advanceTimersByTimeAsync(160)
    expect(depths()).toEqual(['2 near', '3 near', '4 near'])
    edit.close()
    drafts.dropDocument('api_6')
  })

  it('is saved with the line ends it had', async () => {
    answers['apis.save_document'] = ({ text }) => ({ text, syntax: 'yaml', edition: 4, diagnostics: [] })
    const { edit, editor, type } = await editing('api_5')
    editor.end = '\r\n'
    type('a')
    await edit.save()
    expect(sent('apis.save_document')).toMatchObject([{ text: 'openapi: 3.0.3\r\na' }])
    edit.close()
    drafts.dropDocument('api_5')
  })

  it('is kept as a draft after a pause and when it is left, and compared with AWS', async () => {
    const { edit, type } = await editing('api_2')
    type('x')
    expect(edit.dirty).toBe(true)
    expect(drafts.document('api_2')).toBeUndefined()
    await vi.advanceTimersByTimeAsync(1100)
    expect(drafts.document('api_2')?.text).toBe(`${TEXT}x`)
    expect(sent('apis.lint')).toMatchObject([{ target: 'aws', subject: { from: 'draft', text: `${TEXT}x` } }])
    type('y')
    edit.close()
    expect(drafts.document('api_2')?.text).toBe(`${TEXT}xy`)
    drafts.dropDocument('api_2')
  })

  it('takes a fix as one edit of what was typed, and refuses one for an older text', async () => {
    const { edit, editor, type } = await editing('api_3')
    const fixed = { text: 'openapi: 3.1.0\n', diff: '-', fixed: 1, left: [], report: { diagnostics: [], errors: 0, warnings: 0, fidelity: null } } as ApiFixed
    answers['apis.fix'] = () => fixed
    const taken = await edit.fix({ fix: 'all' })
    expect(taken).toEqual(fixed)
    editor.changes()
    edit.apply(fixed)
    expect(editor.text).toBe(fixed.text)
    expect(editor.changes()).toEqual([{ from: 11, to: 14, insert: '1.0' }])
    const late = edit.fix({ fix: 'all' })
    type('z')
    expect(await late).toBeNull()
    edit.close()
    drafts.dropDocument('api_3')
  })
})
