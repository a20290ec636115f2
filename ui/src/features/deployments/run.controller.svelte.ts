/** One run on screen: from its events when they were seen from the start, else from its journal. It refuses to mix them. */
import { untrack } from 'svelte'
import { call, toFault, type DeploymentId, type Fault } from '../../ipc'
import { live } from '../../ipc/live.svelte'
import { runs } from './runs.svelte'
import { column, fromJournal, interrupted, recoverable, standing, type RunView } from './timeline'

const PAUSE = 250

export class RunOnScreen {
  readonly id: DeploymentId
  detail
  fault = $state.raw<Fault | null>(null)
  busy = $state(false)
  cancelling = $state(false)

  /** Call while a component is being set up. */
  constructor(id: DeploymentId) {
    this.id = id
    this.detail = live('deployments.get', () => ({ deployment: id }))
    $effect(() => {
      if (runs.beat(id) === 0) return
      const timer = setTimeout(() => untrack(() => void this.detail.refresh()), PAUSE)
      return () => clearTimeout(timer)
    })
  }

  get row() {
    return this.detail.data?.row
  }

  get view(): RunView | null {
    const seen = runs.of(this.id)
    // A run carried on after its end is told by the journal: its events begin in the middle.
    if (seen && (seen.outcome === null || this.row?.outcome !== null)) return seen
    const data = this.detail.data
    return data ? fromJournal(data.records, data.header.started_at) : (seen ?? null)
  }

  get column() {
    const { row, view } = this
    if (!view) return null
    if (row && this.recoverable && view.outcome === null) return interrupted(column(row, view))
    return row ? column(row, view) : { id: this.id, title: '…', ...standing(view, 'publish'), steps: view.steps }
  }

  /** Nothing of this process carries it on. */
  get recoverable(): boolean {
    // Its events may be newer than the row.
    return this.row !== undefined && runs.of(this.id)?.outcome !== null && recoverable(this.row)
  }

  async cancel(): Promise<void> {
    this.cancelling = true
    await this.#attempt('deployments.cancel')
    if (this.fault) this.cancelling = false
  }

  async recover(): Promise<void> {
    await this.#attempt('deployments.recover')
    await this.detail.refresh()
  }

  async #attempt(name: 'deployments.cancel' | 'deployments.recover'): Promise<void> {
    this.busy = true
    this.fault = null
    try {
      await call(name, { deployment: this.id })
    } catch (thrown) {
      this.fault = toFault(thrown, name)
    } finally {
      this.busy = false
    }
  }
}
