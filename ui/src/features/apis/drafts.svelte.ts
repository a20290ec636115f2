/**
 * What was typed and not saved, kept while the app is open: leaving a page loses nothing.
 * It refuses to write to disk: a draft may hold what the user would not save.
 */
import { SvelteMap } from 'svelte/reactivity'
import type { ApiId, OperationForm } from '../../ipc/generated'

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
  #operations = new SvelteMap<string, { api: ApiId; key: string; draft: OperationDraft }>()
  #documents = new SvelteMap<ApiId, DocumentDraft>()

  operation(api: ApiId, key: string): OperationDraft | undefined {
    return this.#operations.get(name(api, key))?.draft
  }

  /** Keys of operations with unsaved changes. */
  operations(api: ApiId): string[] {
    return [...this.#operations.values()].filter((one) => one.api === api).map((one) => one.key)
  }

  keepOperation(api: ApiId, key: string, draft: OperationDraft): void {
    this.#operations.set(name(api, key), { api, key, draft })
  }

  dropOperation(api: ApiId, key: string): void {
    this.#operations.delete(name(api, key))
  }

  /** After a save of our own: drafts read at the edition before stay up to date. */
  advance(api: ApiId, from: number, to: number): void {
    for (const [key, one] of this.#operations) {
      if (one.api === api && one.draft.edition === from) this.#operations.set(key, { ...one, draft: { ...one.draft, edition: to } })
    }
    const document = this.#documents.get(api)
    if (document?.edition === from) this.#documents.set(api, { ...document, edition: to })
  }

  document(api: ApiId): DocumentDraft | undefined {
    return this.#documents.get(api)
  }

  keepDocument(api: ApiId, draft: DocumentDraft): void {
    this.#documents.set(api, draft)
  }

  dropDocument(api: ApiId): void {
    this.#documents.delete(api)
  }

  any(api?: ApiId): boolean {
    if (api !== undefined) return this.operations(api).length > 0 || this.#documents.has(api)
    return this.#documents.size > 0 || this.#operations.size > 0
  }
}

function name(api: ApiId, key: string): string {
  return `${api}\n${key}`
}

export const drafts = new Drafts()

// Leaving a page keeps drafts; closing the window would not.
window.addEventListener('beforeunload', (event) => {
  if (drafts.any()) event.preventDefault()
})
