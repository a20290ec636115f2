/**
 * A command's response that stays fresh: read again when the core says that what it reads has changed.
 * It refuses to blank the screen: the last good data stay while new data come, and beside a fault.
 */
import { untrack } from 'svelte'
import { Again } from './again'
import { call, onBreak, onEvent, READS, toFault, type CommandName, type Fault, type Request, type Response } from '.'

export class Live<K extends CommandName> {
  data = $state.raw<Response<K> | undefined>(undefined)
  fault = $state.raw<Fault | null>(null)
  /** A read is under way. */
  loading = $state(false)
  /** When `data` was read, unix milliseconds. */
  at = $state(0)
  #name: K
  #request: Request<K> | null = null
  #again = new Again((isCurrent) => this.#read(isCurrent))

  constructor(name: K) {
    this.#name = name
  }

  /** Reads again now. */
  refresh(): Promise<void> {
    return this.#request === null ? Promise.resolve() : this.#again.now()
  }

  async #read(isCurrent: () => boolean): Promise<void> {
    const request = this.#request
    if (request === null) return
    this.loading = true
    try {
      const data = await call(this.#name, request)
      if (!isCurrent()) return
      this.data = data
      this.fault = null
      this.at = Date.now()
    } catch (thrown) {
      if (isCurrent()) this.fault = toFault(thrown, this.#name)
    } finally {
      if (isCurrent()) this.loading = false
    }
  }

  /** Takes another request; `null` reads nothing. */
  point(request: Request<K> | null): void {
    const other = JSON.stringify(request) !== JSON.stringify(this.#request)
    this.#request = request
    if (other) {
      this.#again.drop()
      this.loading = false
    }
    if (other || (this.data === undefined && !this.loading)) void this.refresh()
  }
}

/**
 * Call while a component is being set up. `request` may read state and is followed; `null` waits.
 */
export function live<K extends CommandName>(name: K, request: () => Request<K> | null): Live<K> {
  const one = new Live(name)
  const reads = READS[name]
  // Before the first read: it waits until events are heard.
  $effect(() => {
    const stopEvents = onEvent((event) => {
      if (event.kind === 'changed' && event.features.some((feature) => reads.includes(feature))) void one.refresh()
    })
    const again = () => void one.refresh()
    const stopBreaks = onBreak(again)
    // Whoever comes back to the window may have been at a terminal, where gateways are started and stopped, too.
    window.addEventListener('focus', again)
    return () => {
      stopEvents()
      stopBreaks()
      window.removeEventListener('focus', again)
    }
  })
  $effect(() => {
    const next = request()
    untrack(() => one.point(next))
  })
  return one
}
