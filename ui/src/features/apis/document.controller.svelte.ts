/**
 * The document being edited as text: drafted, linted while typing, saved under the edition guard.
 * It refuses to judge the text itself: every finding is the core's. A keystroke sends a keystroke; the whole text is
 * taken out of the editor only to be saved, kept, fixed or compared with AWS.
 */
import { call, toFault, type ApiFixed, type ApiId, type Diagnostic, type DraftDepth, type Fault, type FidelityReport, type FixWhat, type LintTarget, type Syntax, type TextChange } from '../../ipc'
import { edits } from '../../kit/edits'
import { drafts } from './drafts.svelte'

/** After the last keystroke, before what takes the whole text. */
const LATER = 1000
/** A look this old is overtaken by the next instead of waited for. */
const SLOW = 150
/** After the last keystroke, before what takes compiling. */
const PAUSE = 400

/** The editor as this needs it; it holds the text. */
export interface Holder {
  readonly text: string
  /** The text with the line ends it was given. */
  readonly original: string
  readonly changed: boolean
  changes(): TextChange[]
  keep(saved?: string): void
  edit(edits: TextChange[]): void
  replace(text: string): void
}

let made = 0

export class DocumentEdit {
  /** What the editor begins with; `null` until it is read. */
  text = $state<string | null>(null)
  syntax = $state<Syntax>('yaml')
  fault = $state.raw<Fault | null>(null)
  saving = $state(false)
  linting = $state(false)
  fixing = $state(false)
  dirty = $state(false)
  diagnostics = $state.raw<Diagnostic[]>([])
  /** How many there are: the list may hold the worst only. */
  total = $state(0)
  /** Of the text as typed; `null` for that of the saved one. */
  fidelity = $state.raw<FidelityReport | null>(null)
  readonly api: ApiId
  readonly ready: Promise<void>
  #held: () => void = () => undefined
  #saved = ''
  #edition = 0
  #target: LintTarget | null
  #editor: Holder | null = null
  #soon: ReturnType<typeof setTimeout> | undefined
  #later: ReturnType<typeof setTimeout> | undefined
  #further: ReturnType<typeof setTimeout> | undefined
  /** Counts what was typed, to know an answer to an older text. */
  #typed = 0
  #draft = `draft ${Date.now().toString(36)} ${(made += 1)}`
  #version = 0
  #known = false
  #sentAt: number | null = null
  /** Something was typed while an answer was awaited. */
  #waiting = false
  #closed = false

  constructor(api: ApiId, target: LintTarget | null) {
    this.api = api
    this.#target = target
    this.ready = new Promise((resolve) => (this.#held = resolve))
    void this.read()
  }

  /** The text as it stands, every line ending with a line feed. */
  get current(): string {
    return this.#editor?.text ?? this.text ?? ''
  }

  /** The text as it is saved: each line ends as it did. */
  get original(): string {
    return this.#editor?.original ?? this.text ?? ''
  }

  /** Takes the editor that holds the text from now on. */
  attach(editor: Holder): void {
    this.#editor = editor
    editor.keep(this.#saved)
    this.#known = false
    this.#held()
    void this.lint()
  }

  async read(): Promise<void> {
    await this.#attempt(async () => {
      const view = await call('apis.document', { api: this.api })
      const kept = drafts.document(this.api)
      this.#saved = view.text
      this.syntax = view.syntax
      this.#edition = kept?.edition ?? view.edition
      this.#show(kept?.text ?? view.text)
      this.dirty = kept !== undefined && kept.text !== view.text
      this.#found(view.diagnostics, view.diagnostics.length)
      if (this.#editor) void this.lint()
    })
  }

  /** The API has this edition now: a text nobody touched is read again. */
  follow(edition: number): void {
    if (this.text !== null && edition > this.#edition && !this.dirty && !this.saving) void this.read()
  }

  /** Something was typed. */
  type(): void {
    this.#typed += 1
    this.dirty = this.#editor?.changed ?? true
    this.#plan(0)
    clearTimeout(this.#later)
    this.#later = setTimeout(() => this.#settle(true), LATER)
  }

  lintFor(target: LintTarget | null): void {
    this.#target = target
    if (this.#editor) void this.lint()
  }

  /** Sends what changed, and looks near it first; a slower older answer is dropped. */
  async lint(): Promise<void> {
    const editor = this.#editor
    if (!editor || this.#closed) return
    const at = Date.now()
    if (this.#sentAt !== null && at - this.#sentAt < SLOW) {
      // With its answer, or when that is late.
      this.#waiting = true
      this.#plan(SLOW - (at - this.#sentAt))
      return
    }
    this.#waiting = false
    const changes = editor.changes()
    const whole = this.#known ? null : editor.text
    // Asked again for the same text, for another target: the same version.
    const same = whole === null && changes.length === 0
    if (!same) this.#version += 1
    this.#known = true
    this.#sentAt = at
    clearTimeout(this.#further)
    const looked = await this.#look(same ? 'whole' : whole === null ? 'near' : 'text', whole, changes)
    if (looked === null) return
    // What only the whole text shows comes after, and what takes compiling when typing pauses.
    const text = looked === 'near' ? await this.#look('text', null, []) : looked
    if (text === 'text') this.#further = setTimeout(() => void this.#look('whole', null, []), whole === null ? PAUSE : 0)
  }

  /** Takes one look; how far it went, or `null` when it was overtaken. */
  async #look(depth: DraftDepth, text: string | null, changes: TextChange[]): Promise<DraftDepth | null> {
    const [version, typed] = [this.#version, this.#typed]
    this.linting = true
    try {
      const report = await call('apis.lint_draft', { draft: this.#draft, version, api: this.api, text, changes, target: this.#target, depth })
      if (version !== this.#version) return null
      this.#sentAt = null
      if (report.state === 'unknown') {
        this.#known = false
        this.#plan(0)
        return null
      }
      if (report.state !== 'linted') return null
      if (typed === this.#typed) this.#found(report.diagnostics, report.total)
      if (this.#waiting) {
        this.#plan(0)
        return null
      }
      return report.depth
    } catch (thrown) {
      if (version !== this.#version) return null
      this.#known = false
      this.#sentAt = null
      this.fault = toFault(thrown, 'apis.lint_draft')
      return null
    } finally {
      if (version === this.#version) this.linting = false
    }
  }

  /** Fixes findings in the text as it stands; `null` when it was typed into meanwhile. Nothing is changed yet. */
  async fix(what: FixWhat): Promise<ApiFixed | null> {
    const typed = this.#typed
    this.fixing = true
    this.fault = null
    try {
      const fixed = await call('apis.fix', { subject: { from: 'draft', api: this.api, text: this.current }, target: this.#target, what })
      return typed === this.#typed ? fixed : null
    } catch (thrown) {
      this.fault = toFault(thrown, 'apis.fix')
      return null
    } finally {
      this.fixing = false
    }
  }

  /** Puts fixes into the editor, as one step that can be taken back. */
  apply(fixed: ApiFixed): void {
    this.#editor?.edit(edits(this.current, fixed.text))
    this.#found(fixed.report.diagnostics, fixed.report.diagnostics.length)
    if (fixed.report.fidelity) this.fidelity = fixed.report.fidelity
  }

  async save(): Promise<boolean> {
    if (this.text === null || this.saving || !this.dirty) return false
    const text = this.original
    const typed = this.#typed
    const edition = drafts.document(this.api)?.edition ?? this.#edition
    return this.#attempt(async () => {
      const view = await call('apis.save_document', { api: this.api, edition, text })
      this.#saved = view.text
      this.#edition = view.edition
      this.syntax = view.syntax
      this.#editor?.keep(view.text)
      this.dirty = typed !== this.#typed && (this.#editor?.changed ?? false)
      if (!this.dirty) clearTimeout(this.#later)
      this.fidelity = null
      drafts.dropDocument(this.api)
      drafts.advance(this.api, edition, view.edition)
    })
  }

  discard(): void {
    this.#show(this.#saved)
    this.fault = null
    this.dirty = false
    this.fidelity = null
    clearTimeout(this.#later)
    drafts.dropDocument(this.api)
    void this.lint()
  }

  /** Saves over the newer version, because the user said so. */
  async overwrite(): Promise<boolean> {
    const latest = await this.#attempt(async () => {
      const view = await call('apis.document', { api: this.api })
      this.#edition = view.edition
      if (this.dirty) drafts.keepDocument(this.api, { edition: view.edition, text: this.original })
    })
    return latest && this.save()
  }

  /** Takes the newer version; gives back what was typed. */
  async takeTheirs(): Promise<string> {
    const mine = this.original
    drafts.dropDocument(this.api)
    await this.read()
    return mine
  }

  close(): void {
    clearTimeout(this.#soon)
    clearTimeout(this.#later)
    clearTimeout(this.#further)
    this.#settle(false)
    this.#closed = true
    this.#version += 1
    void call('apis.close_draft', { draft: this.#draft }).catch(() => undefined)
  }

  #plan(after: number): void {
    clearTimeout(this.#soon)
    this.#soon = setTimeout(() => void this.lint(), after)
  }

  #show(text: string): void {
    this.text = text
    this.#editor?.replace(text)
    this.#editor?.keep(this.#saved)
  }

  #found(diagnostics: Diagnostic[], total: number): void {
    this.diagnostics = diagnostics
    this.total = total
  }

  /** What takes the whole text: keeping it, and comparing it with AWS. */
  #settle(compare: boolean): void {
    if (this.text === null) return
    if (!this.dirty) {
      drafts.dropDocument(this.api)
      this.fidelity = null
      return
    }
    const text = this.original
    drafts.keepDocument(this.api, { edition: this.#edition, text })
    if (compare) void this.#compare(text)
  }

  async #compare(text: string): Promise<void> {
    const typed = this.#typed
    try {
      const report = await call('apis.lint', { subject: { from: 'draft', api: this.api, text }, target: 'aws' })
      if (typed === this.#typed && this.dirty) this.fidelity = report.fidelity
    } catch {
      // The findings beside say what cannot be read; the report of the saved text stays.
    }
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
