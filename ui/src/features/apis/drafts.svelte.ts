/**
 * What was typed and not saved, kept while the app is open: leaving a page loses nothing.
 * It refuses to write to disk: a draft may hold what the user would not save.
 */
import type { OperationForm } from '../../ipc/generated'

export interface OperationDraft {
  /** The operation it replaces; `null` for a new one. */
  replaces: string | null
  /** The edition it was read at. */
  edition: number
  /** As it was read, to tell what was typed. */
  base: OperationForm
  form: OperationForm
}

export interface DocumentDraft {
  edition: number
  text: string
}

class Drafts {
  #operations = $state<Record<string, Record<string, OperationDraft>>>({})
  #documents = $state<Record<string, DocumentDraft>>({})

  operation(api: string, key: string): OperationDraft | undefined {
    return this.#operations[api]?.[key]
  }

  /** Keys of operations with unsaved changes. */
  operations(api: string): string[] {
    return Object.keys(this.#operations[api] ?? {})
  }

  keepOperation(api: string, key: string, draft: OperationDraft): void {
    const drafts = (this.#operations[api] ??= {})
    drafts[key] = draft
  }

  dropOperation(api: string, key: string): void {
    const drafts = this.#operations[api]
    if (drafts) delete drafts[key]
  }

  /** After a save of our own: drafts read at the edition before stay up to date. */
  advance(api: string, from: number, to: number): void {
    for (const draft of Object.values(this.#operations[api] ?? {})) if (draft.edition === from) draft.edition = to
    const document = this.#documents[api]
    if (document?.edition === from) document.edition = to
  }

  document(api: string): DocumentDraft | undefined {
    return this.#documents[api]
  }

  keepDocument(api: string, draft: DocumentDraft): void {
    this.#documents[api] = draft
  }

  dropDocument(api: string): void {
    delete this.#documents[api]
  }

  any(api?: string): boolean {
    if (api !== undefined) return this.operations(api).length > 0 || this.#documents[api] !== undefined
    return Object.keys(this.#documents).length > 0 || Object.values(this.#operations).some((one) => Object.keys(one).length > 0)
  }
}

export const drafts = new Drafts()
