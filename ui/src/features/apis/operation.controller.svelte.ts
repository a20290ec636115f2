/**
 * One operation being edited: read, drafted, saved under the edition guard.
 * It refuses to drop what was typed: leaving keeps a draft, a newer edition is laid under it.
 */
import { untrack } from 'svelte'
import { call, toFault, type Api, type ApiId, type Fault, type OperationForm, type OperationRow } from '../../ipc'
import { drafts } from './drafts.svelte'
import { blankOperation, hasErrors, joinKey, operationErrors, rebased, splitKey, tidied, withPathVariables } from './operations'

/** The key of an operation that is not in the document yet. */
export const NEW = 'new'

export class OperationEdit {
  form = $state<OperationForm | null>(null)
  fault = $state.raw<Fault | null>(null)
  saving = $state(false)
  /** Errors of fields nobody touched wait for the first try to save. */
  tried = $state(false)
  readonly key: string
  readonly api: ApiId
  #base = $state.raw<OperationForm | null>(null)
  #edition: number
  #rows: () => OperationRow[]
  /** Kept while typing; gone with a save or a discard. */
  #stop: () => void

  constructor(api: ApiId, key: string, edition: number, rows: () => OperationRow[]) {
    this.api = api
    this.key = key
    this.#edition = edition
    this.#rows = rows
    const kept = drafts.operation(api, key)
    if (kept) {
      this.#base = kept.base
      this.#edition = kept.edition
      this.form = structuredClone($state.snapshot(kept.form))
    } else if (key === NEW) {
      this.#base = blankOperation(commonPath(rows()))
      this.form = structuredClone(this.#base)
    } else {
      void this.#read()
    }
    this.#stop = $effect.root(() => {
      $effect(() => {
        if (!this.form) return
        const form = $state.snapshot(this.form)
        const { dirty } = this
        untrack(() => {
          if (dirty && this.#base) drafts.keepOperation(api, key, { replaces: this.replaces, edition: this.#edition, base: this.#base, form })
          else drafts.dropOperation(api, key)
        })
      })
    })
  }

  get replaces(): string | null {
    return this.key === NEW ? null : this.key
  }

  get dirty(): boolean {
    return this.form !== null && JSON.stringify($state.snapshot(this.form)) !== JSON.stringify(this.#base)
  }

  get errors() {
    return operationErrors(this.form ?? blankOperation(), this.#rows(), this.replaces)
  }

  get valid(): boolean {
    return !hasErrors(this.errors)
  }

  close(): void {
    this.#stop()
  }

  setMethod(method: string): void {
    if (this.form) this.form.operation = joinKey(method, splitKey(this.form.operation).path)
  }

  setPath(path: string): void {
    if (!this.form) return
    this.form.operation = joinKey(splitKey(this.form.operation).method, path)
    this.form.parameters = withPathVariables(path, $state.snapshot(this.form.parameters))
  }

  discard(): void {
    this.form = this.#base === null ? null : structuredClone(this.#base)
    this.fault = null
    this.tried = false
    drafts.dropOperation(this.api, this.key)
  }

  /** Resolves to the saved operation's key, or `null`. */
  async save(): Promise<string | null> {
    this.tried = true
    if (!this.form || this.saving || !this.valid) return null
    const form = tidied($state.snapshot(this.form))
    const edition = drafts.operation(this.api, this.key)?.edition ?? this.#edition
    return this.#attempt(async () => {
      const api = await call('operations.put', { api: this.api, edition, replaces: this.replaces, form })
      this.#settle(api, edition)
      this.#base = form
      this.form = structuredClone(form)
      this.tried = false
      return form.operation
    })
  }

  async remove(): Promise<boolean> {
    const replaces = this.replaces
    if (replaces === null) return false
    const edition = this.#edition
    return (
      (await this.#attempt(async () => {
        const api = await call('operations.remove', { api: this.api, edition, operation: replaces })
        this.#settle(api, edition)
        return true
      })) ?? false
    )
  }

  /** The API has this edition now: a form nobody touched is read again, a touched one waits for its own save. */
  follow(edition: number): void {
    if (edition <= this.#edition || this.dirty || this.saving) return
    this.#edition = edition
    if (this.key !== NEW) void this.#read()
  }

  /** Lays a newer reading under what was typed. */
  async rebase(): Promise<void> {
    await this.#attempt(async () => {
      const { api, operations } = await call('apis.get', { api: this.api })
      this.#edition = api.edition
      const there = operations.some((row) => row.operation === this.key)
      if (there && this.form && this.#base) {
        const theirs = await call('operations.get', { api: this.api, operation: this.key })
        this.form = rebased(this.#base, $state.snapshot(this.form), theirs)
        this.#base = theirs
      }
      return null
    })
  }

  #settle(api: Api, edition: number): void {
    drafts.dropOperation(this.api, this.key)
    drafts.advance(this.api, edition, api.edition)
    this.#edition = api.edition
  }

  async #read(): Promise<void> {
    await this.#attempt(async () => {
      const read = await call('operations.get', { api: this.api, operation: this.key })
      this.#base = read
      this.form = structuredClone(read)
      return null
    })
  }

  async #attempt<T>(act: () => Promise<T>): Promise<T | null> {
    this.saving = true
    this.fault = null
    try {
      return await act()
    } catch (thrown) {
      this.fault = toFault(thrown)
      return null
    } finally {
      this.saving = false
    }
  }
}

/** Where a new operation begins: beside the last one. */
function commonPath(rows: OperationRow[]): string {
  const last = rows.at(-1)
  return last ? splitKey(last.operation).path.replace(/\/\{[^/]*$/, '') || '/' : '/'
}
