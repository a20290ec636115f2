/**
 * The document being edited as text: drafted, linted while typing, saved under the edition guard.
 * It refuses to judge the text itself: every finding is the core's.
 */
import { call, toFault, type ApiId, type Diagnostic, type Fault, type LintTarget, type Syntax } from '../../ipc'
import { drafts } from './drafts.svelte'

const PAUSE = 350

export class DocumentEdit {
  text = $state<string | null>(null)
  syntax = $state<Syntax>('yaml')
  fault = $state.raw<Fault | null>(null)
  saving = $state(false)
  linting = $state(false)
  diagnostics = $state.raw<Diagnostic[]>([])
  readonly api: ApiId
  #saved = $state('')
  #edition = 0
  #target: LintTarget | null
  #timer: ReturnType<typeof setTimeout> | undefined
  #turn = 0

  constructor(api: ApiId, target: LintTarget | null) {
    this.api = api
    this.#target = target
    void this.read()
  }

  get dirty(): boolean {
    return this.text !== null && this.text !== this.#saved
  }

  async read(): Promise<void> {
    await this.#attempt(async () => {
      const view = await call('apis.document', { api: this.api })
      const kept = drafts.document(this.api)
      this.#saved = view.text
      this.syntax = view.syntax
      this.#edition = kept?.edition ?? view.edition
      this.text = kept?.text ?? view.text
      this.diagnostics = view.diagnostics
      void this.lint()
    })
  }

  /** The API has this edition now: a text nobody touched is read again. */
  follow(edition: number): void {
    if (this.text !== null && edition > this.#edition && !this.dirty && !this.saving) void this.read()
  }

  type(text: string): void {
    this.text = text
    if (text === this.#saved) drafts.dropDocument(this.api)
    else drafts.keepDocument(this.api, { edition: this.#edition, text })
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.lint(), PAUSE)
  }

  lintFor(target: LintTarget | null): void {
    this.#target = target
    void this.lint()
  }

  /** Asks again for the text as it stands; a slower older answer is dropped. */
  async lint(): Promise<void> {
    if (this.text === null) return
    const turn = ++this.#turn
    this.linting = true
    try {
      const report = await call('apis.lint', { subject: { from: 'draft', api: this.api, text: this.text }, target: this.#target })
      if (turn === this.#turn) this.diagnostics = report.diagnostics
    } catch (thrown) {
      if (turn === this.#turn) this.fault = toFault(thrown, 'apis.lint')
    } finally {
      if (turn === this.#turn) this.linting = false
    }
  }

  async save(): Promise<boolean> {
    const text = this.text
    if (text === null || this.saving || !this.dirty) return false
    const edition = drafts.document(this.api)?.edition ?? this.#edition
    return this.#attempt(async () => {
      const view = await call('apis.save_document', { api: this.api, edition, text })
      this.#saved = view.text
      this.#edition = view.edition
      this.syntax = view.syntax
      drafts.dropDocument(this.api)
      drafts.advance(this.api, edition, view.edition)
      void this.lint()
    })
  }

  discard(): void {
    this.text = this.#saved
    this.fault = null
    drafts.dropDocument(this.api)
    void this.lint()
  }

  /** Saves over the newer version, because the user said so. */
  async overwrite(): Promise<boolean> {
    const latest = await this.#attempt(async () => {
      const view = await call('apis.document', { api: this.api })
      this.#edition = view.edition
      if (this.text !== null) drafts.keepDocument(this.api, { edition: view.edition, text: this.text })
    })
    return latest && this.save()
  }

  /** Takes the newer version; gives back what was typed. */
  async takeTheirs(): Promise<string> {
    const mine = this.text ?? ''
    drafts.dropDocument(this.api)
    await this.read()
    return mine
  }

  close(): void {
    clearTimeout(this.#timer)
    this.#turn += 1
  }

  async #attempt(act: () => Promise<void>): Promise<boolean> {
    this.saving = true
    this.fault = null
    try {
      await act()
      return true
    } catch (thrown) {
      this.fault = toFault(thrown)
      return false
    } finally {
      this.saving = false
    }
  }
}
