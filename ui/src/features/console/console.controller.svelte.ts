/**
 * One console: what is asked, what came, and what was asked before.
 * It refuses to lose a request: each operation keeps its own while the app is open, and the history refills the form.
 */
import { untrack } from 'svelte'
import { call, toFault, type ApiId, type ConsoleAnswer, type Fault, type HistoryRow } from '../../ipc'
import { live } from '../../ipc/live.svelte'
import { splitKey } from './key'
import { blocking, fromForm, fromHistory, problems, toRequest, type RequestDraft } from './request'

/** Kept across pages; nothing on screen follows it. */
const drafts: Record<string, RequestDraft> = {}

export class ConsoleSession {
  readonly api: ApiId
  operation = $state<string | null>(null)
  draft = $state<RequestDraft | null>(null)
  answer = $state.raw<ConsoleAnswer | null>(null)
  fault = $state.raw<Fault | null>(null)
  sending = $state(false)
  sentAt = $state(0)
  /** Errors wait for the first try. */
  tried = $state(false)
  /** Shown from the history: which. */
  recalled = $state.raw<HistoryRow | null>(null)
  detail
  form
  history
  #gateway: () => string | null
  #exchange: string | null = null
  #filled = ''
  limit = $state(100)

  /** Call while a component is being set up. */
  constructor(api: ApiId, gateway: () => string | null) {
    this.api = api
    this.#gateway = gateway
    this.detail = live('apis.get', () => ({ api }))
    this.form = live('console.prepare', () => {
      const at = gateway()
      return at !== null && this.operation !== null ? { api, gateway: at, operation: this.operation } : null
    })
    this.history = live('console.history', () => ({ api, offset: 0, limit: this.limit }))
    $effect(() => {
      const operations = this.detail.data?.operations
      if (!operations) return
      untrack(() => {
        if (this.operation === null || !operations.some((row) => row.operation === this.operation)) {
          const first = operations.find((row) => row.operation.startsWith('GET ')) ?? operations[0]
          this.operation = first?.operation ?? null
        }
      })
    })
    // The form is filled once per operation and gateway; a later reading only brings news about tokens and addresses.
    $effect(() => {
      const form = this.form.data
      const key = this.#key
      if (!form || key === null || this.form.loading) return
      untrack(() => {
        if (this.#filled === key) return
        this.#filled = key
        this.draft = drafts[key] ?? fromForm(splitKey(this.operation ?? ''), form)
      })
    })
    $effect(() => {
      if (!this.draft) return
      const draft = $state.snapshot(this.draft)
      untrack(() => {
        if (this.#filled !== '') drafts[this.#filled] = draft
      })
    })
  }

  get #key(): string | null {
    const gateway = this.#gateway()
    return gateway === null || this.operation === null ? null : `${this.api} ${gateway} ${this.operation}`
  }

  get found() {
    return problems(this.draft)
  }

  choose(operation: string): void {
    if (operation === this.operation) return
    this.operation = operation
    this.answer = null
    this.fault = null
    this.recalled = null
    this.tried = false
  }

  /** The document's examples again, over what was typed. */
  reset(): void {
    const form = this.form.data
    if (form && this.operation) this.draft = fromForm(splitKey(this.operation), form)
    this.recalled = null
  }

  async send(): Promise<void> {
    const gateway = this.#gateway()
    this.tried = true
    if (!this.draft || gateway === null || this.sending || blocking(this.found)) return
    const exchange = crypto.randomUUID()
    this.#exchange = exchange
    this.sending = true
    this.sentAt = Date.now()
    this.fault = null
    this.recalled = null
    try {
      const answer = await call('console.send', { exchange, request: toRequest(this.api, gateway, $state.snapshot(this.draft)) })
      if (this.#exchange === exchange) this.answer = answer
    } catch (thrown) {
      if (this.#exchange !== exchange) return
      this.answer = null
      this.fault = toFault(thrown, 'console.send')
    } finally {
      if (this.#exchange === exchange) this.sending = false
    }
  }

  async cancel(): Promise<void> {
    if (this.#exchange === null) return
    try {
      await call('console.cancel', { exchange: this.#exchange })
    } catch (thrown) {
      this.fault = toFault(thrown, 'console.cancel')
    }
  }

  async curl(): Promise<string | null> {
    const gateway = this.#gateway()
    if (!this.draft || gateway === null) return null
    try {
      return (await call('console.curl', toRequest(this.api, gateway, $state.snapshot(this.draft)))).text
    } catch (thrown) {
      this.fault = toFault(thrown, 'console.curl')
      return null
    }
  }

  /** Fills the form and shows what came then; resolves to the gateway it was sent to. */
  async recall(row: HistoryRow): Promise<string | null> {
    try {
      const detail = await call('console.history_entry', { history: row.history })
      const { request } = detail
      if (detail.operation !== null) this.operation = detail.operation
      this.draft = fromHistory(detail)
      this.#filled = `${this.api} ${request.gateway} ${this.operation ?? ''}`
      this.answer = detail.answer
      this.fault = detail.fault
      this.recalled = row
      this.tried = false
      return request.gateway
    } catch (thrown) {
      this.fault = toFault(thrown, 'console.history_entry')
      return null
    }
  }

  async clearHistory(): Promise<void> {
    await call('console.clear_history', {})
  }
}
