/** Runs under way anywhere, folded from events, for the status line and the news at their end. */
import { SvelteMap } from 'svelte/reactivity'
import { call, onBreak, onEvent, type AppEvent, type DeploymentRow, type Outcome } from '../../ipc'
import { toast } from '../../kit/toasts.svelte'
import type { State } from '../../kit/types'
import { go } from '../../kit/go'

export interface Running {
  deployment: string
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
  withdrawn: { state: 'ok', words: (api, gateway) => `${api} is withdrawn from ${gateway}` },
  'rolled-back': { state: 'failed', words: (api, gateway) => `${api} on ${gateway} failed and was taken back` },
  cancelled: { state: 'warning', words: (api, gateway) => `${api} on ${gateway} was cancelled and taken back` },
  stuck: { state: 'failed', words: (api, gateway) => `${api} on ${gateway} failed; something is left behind` },
}

type RunEvent = Extract<AppEvent, { kind: 'run' }>

class RunningRuns {
  all = new SvelteMap<string, Running>()

  /** Begins to listen; returns how to stop. */
  watch(): () => void {
    const stopEvents = onEvent((event) => {
      if (event.kind === 'run') void this.#fold(event)
    })
    const stopBreaks = onBreak(() => void this.#read())
    void this.#read()
    return () => {
      stopEvents()
      stopBreaks()
    }
  }

  async #fold({ deployment, event }: RunEvent): Promise<void> {
    if (event.kind === 'finished') {
      this.all.delete(deployment)
      const row = await this.#row(deployment)
      if (!row) return
      const { state, words } = NEWS[event.outcome]
      toast(words(row.api_name, row.gateway_name), state, {
        label: 'Open',
        run: () => go(`/deployments/${deployment}`),
      })
      return
    }
    const known = this.all.get(deployment) ?? (await this.#begin(deployment))
    if (!known) return
    const next = { ...known, until: null, reason: '' }
    if (event.kind === 'started') next.steps = event.steps.length
    if (event.kind === 'step-started') next.step = event.step
    if (event.kind === 'waiting') Object.assign(next, { until: event.until, reason: event.reason })
    if (event.kind === 'step-done') next.step = event.step + 1
    this.all.set(deployment, next)
  }

  async #begin(deployment: string): Promise<Running | null> {
    const row = await this.#row(deployment)
    return row && row.finished_at === null ? fresh(row) : null
  }

  async #row(deployment: string): Promise<DeploymentRow | null> {
    try {
      return (await call('deployments.get', { deployment })).row
    } catch {
      // The run was removed with its API; there is nothing to tell.
      return null
    }
  }

  async #read(): Promise<void> {
    try {
      const { rows } = await call('deployments.list', { api: null, gateway: null, offset: 0, limit: 50 })
      const open = rows.filter((row) => row.finished_at === null)
      for (const id of [...this.all.keys()]) if (!open.some((row) => row.deployment === id)) this.all.delete(id)
      for (const row of open) if (!this.all.has(row.deployment)) this.all.set(row.deployment, fresh(row))
    } catch {
      // The page that lists them shows the fault.
    }
  }
}

function fresh(row: DeploymentRow): Running {
  return { deployment: row.deployment, api: row.api_name, gateway: row.gateway_name, step: 0, steps: 0, until: null, reason: '' }
}

export const running = new RunningRuns()
