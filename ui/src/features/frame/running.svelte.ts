/**
 * Runs under way anywhere, for the status line, the Activity dot and the news at their end.
 * It refuses to show as running what has ended: events are folded in the order they come, and an answer that is older
 * than an event gives way to it.
 */
import { SvelteMap } from 'svelte/reactivity'
import { call, onBreak, onEvent, type AppEvent, type DeploymentRow, type Outcome } from '../../ipc'
import { shown, toast } from '../../kit/toasts.svelte'
import type { State } from '../../kit/types'
import { go } from '../../kit/go'

export interface Running {
  deployment: string
  /** Empty until the core has said which. */
  api: string
  gateway: string
  step: number
  steps: number
  /** A wait and its reason. */
  until: number | null
  reason: string
}

const NEWS: Record<Outcome, { state: State; words: (api: string, gateway: string) => string }> = {
  live: { state: 'ok', words: (api, gateway) => `${api} is live on ${gateway}` },
  unchanged: { state: 'ok', words: (api, gateway) => `${api} on ${gateway} was up to date` },
  withdrawn: { state: 'ok', words: (api, gateway) => `${api} is undeployed from ${gateway}` },
  'rolled-back': { state: 'failed', words: (api, gateway) => `${api} on ${gateway} failed and was taken back` },
  cancelled: { state: 'warning', words: (api, gateway) => `${api} on ${gateway} was cancelled and taken back` },
  stuck: { state: 'failed', words: (api, gateway) => `${api} on ${gateway} failed; something is left behind` },
  forgotten: { state: 'unknown', words: (api, gateway) => `${api} is forgotten on ${gateway}` },
}

type RunEvent = Extract<AppEvent, { kind: 'run' }>

export class RunningRuns {
  all = new SvelteMap<string, Running>()
  /** Runs an event came for while the list was being read: the event is the newer word. */
  #touched: string[] | null = null
  #again = false
  /** What was told last of an API and an outcome: runs of a fleet that end the same way are told together. */
  #told = new SvelteMap<string, { toast: number; runs: string[] }>()

  /** Begins to listen; returns how to stop. */
  watch(): () => void {
    const stopEvents = onEvent((event) => {
      if (event.kind === 'run') this.#fold(event)
      // Runs of other processes, and such as broke off, are told by no event of their own.
      else if (event.kind === 'changed' && event.features.includes('deployments')) void this.#read()
    })
    const stopBreaks = onBreak(() => void this.#read())
    void this.#read()
    return () => {
      stopEvents()
      stopBreaks()
    }
  }

  #fold({ deployment, event }: RunEvent): void {
    this.#touched?.push(deployment)
    if (event.kind === 'finished') {
      this.all.delete(deployment)
      void this.#tell(deployment, event.outcome)
      return
    }
    const known = this.all.get(deployment)
    const next = { ...(known ?? unnamed(deployment)), until: null, reason: '' }
    if (event.kind === 'started') next.steps = event.steps.length
    if (event.kind === 'step-started') next.step = event.step
    if (event.kind === 'waiting') Object.assign(next, { until: event.until, reason: event.reason })
    if (event.kind === 'step-done') next.step = event.step + 1
    this.all.set(deployment, next)
    if (!known) void this.#name(deployment)
  }

  async #tell(deployment: string, outcome: Outcome): Promise<void> {
    const row = await this.#row(deployment)
    if (!row) return
    const { state, words } = NEWS[outcome]
    const key = `${row.api}/${outcome}`
    const before = this.#told.get(key)
    const together = before && shown(before.toast) ? before : undefined
    const runs = [...(together?.runs ?? []), deployment]
    const where = runs.length === 1 ? row.gateway_name : `${runs.length} gateways`
    const open = { label: 'Open', run: () => go(`/deployments/${runs.join(',')}`) }
    this.#told.set(key, { toast: toast(words(row.api_name, where), state, open, together?.toast), runs })
  }

  async #name(deployment: string): Promise<void> {
    const row = await this.#row(deployment)
    const run = this.all.get(deployment)
    if (row && run) this.all.set(deployment, { ...run, api: row.api_name, gateway: row.gateway_name })
  }

  async #row(deployment: string): Promise<DeploymentRow | null> {
    try {
      return (await call('deployments.get', { deployment })).row
    } catch {
      // The run was removed with its API; there is nothing to tell.
      return null
    }
  }

  /** One read at a time; what changes meanwhile is read after it. */
  async #read(): Promise<void> {
    if (this.#touched) {
      this.#again = true
      return
    }
    const touched: string[] = (this.#touched = [])
    this.#again = false
    try {
      const { rows } = await call('deployments.list', { api: null, gateway: null, offset: 0, limit: 50 })
      const open = rows.filter((row) => row.running)
      const isOver = (id: string) => !touched.includes(id) && !open.some((row) => row.deployment === id)
      for (const id of [...this.all.keys()].filter(isOver)) this.all.delete(id)
      for (const row of open) {
        const id = row.deployment
        const run = this.all.get(id) ?? (touched.includes(id) ? null : unnamed(id))
        if (run) this.all.set(id, { ...run, api: row.api_name, gateway: row.gateway_name })
      }
    } catch {
      // The page that lists them shows the fault.
    } finally {
      this.#touched = null
    }
    if (this.#again) await this.#read()
  }
}

function unnamed(deployment: string): Running {
  return { deployment, api: '', gateway: '', step: 0, steps: 0, until: null, reason: '' }
}

export const running = new RunningRuns()
