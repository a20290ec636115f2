/**
 * What is on a gateway's account and region: listed once when asked for, stages read in small lots with a count.
 * It refuses to list again by itself: each listing counts against the account's quota.
 */
import { SvelteMap } from 'svelte/reactivity'
import { call, toFault, type Fault, type FoundRow, type FoundStages } from '../../ipc'
import { AT_ONCE, READ_UNASKED, searched } from './found'

export class Discovery {
  rows = $state.raw<FoundRow[] | null>(null)
  stages = new SvelteMap<string, FoundStages>()
  fault = $state.raw<Fault | null>(null)
  /** Why some kinds of APIs are not listed. */
  partly = $state.raw<Fault[]>([])
  search = $state('')
  listing = $state(false)
  /** How many APIs' stages are read, while that goes on. */
  reading = $state<number | null>(null)
  readonly shown: FoundRow[] = $derived(searched(this.rows ?? [], this.stages, this.search))
  readonly unread = $derived((this.rows ?? []).filter((row) => !this.stages.has(row.found.id)).length)
  #gateway: string
  #turn = 0

  constructor(gateway: string) {
    this.#gateway = gateway
  }

  async list(): Promise<void> {
    const turn = ++this.#turn
    this.listing = true
    this.reading = null
    try {
      const { apis, faults } = await call('discovery.list', { gateway: this.#gateway })
      if (turn !== this.#turn) return
      this.rows = apis
      this.partly = faults
      this.fault = null
      this.stages.clear()
    } catch (thrown) {
      if (turn === this.#turn) this.fault = toFault(thrown, 'discovery.list')
    } finally {
      if (turn === this.#turn) this.listing = false
    }
    if (turn === this.#turn && this.rows && this.rows.length <= READ_UNASKED) await this.readStages()
  }

  /** Reads the stages that are not read yet, until it is done or left. */
  async readStages(): Promise<void> {
    const turn = this.#turn
    const wanted = (this.rows ?? []).filter((row) => !this.stages.has(row.found.id))
    this.reading = 0
    for (let from = 0; from < wanted.length; from += AT_ONCE) {
      const apis = wanted.slice(from, from + AT_ONCE).map(({ found }) => ({ id: found.id, protocol: found.protocol }))
      try {
        const read = await call('discovery.stages', { gateway: this.#gateway, apis })
        if (turn !== this.#turn) return
        for (const one of read) this.stages.set(one.id, one)
        this.reading = from + apis.length
      } catch (thrown) {
        if (turn !== this.#turn) return
        this.fault = toFault(thrown, 'discovery.stages')
        break
      }
    }
    this.reading = null
  }

  /** Nothing that is under way is shown any more. */
  leave(): void {
    this.#turn += 1
  }
}
