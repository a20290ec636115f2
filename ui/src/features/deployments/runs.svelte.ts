/**
 * Runs as their events tell them, from before a run starts until the window closes.
 * It refuses to fill gaps: a run whose beginning was not seen, or that may have lost events, is told by its journal.
 */
import { SvelteMap } from 'svelte/reactivity'
import { onBreak, onEvent } from '../../ipc'
import { emptyRun, withEvent, type RunView } from './timeline'

class Runs {
  #seen = new SvelteMap<string, RunView>()
  /** Counts events of runs told by their journal, so that it is read again. */
  #beats = new SvelteMap<string, number>()
  #watching = false

  /** Begins to listen, once; what is heard is kept across pages. */
  watch(): void {
    if (this.#watching) return
    this.#watching = true
    onEvent((event) => {
      if (event.kind !== 'run') return
      const known = this.#seen.get(event.deployment)
      if (known || event.event.kind === 'started') {
        this.#seen.set(event.deployment, withEvent(known ?? emptyRun(), event.event, Date.now()))
      } else this.#beats.set(event.deployment, this.beat(event.deployment) + 1)
    })
    onBreak(() => {
      for (const [id, run] of this.#seen) if (run.outcome === null) this.#seen.delete(id)
    })
  }

  of(deployment: string): RunView | undefined {
    return this.#seen.get(deployment)
  }

  beat(deployment: string): number {
    return this.#beats.get(deployment) ?? 0
  }
}

export const runs = new Runs()
