/**
 * A plan being read and agreed to. It reads remote places, so it is read when asked and not on every change;
 * it refuses to start what was not shown: the revision it showed goes with the start.
 */
import { call, onEvent, toFault, type ApiId, type Fault, type PlanView, type StartedRun } from '../../ipc'
import type { PlanAddress } from './address'
import { consents, runnable, toType } from './plan'

export class PlanReading {
  plan = $state.raw<PlanView | null>(null)
  fault = $state.raw<Fault | null>(null)
  loading = $state(false)
  starting = $state(false)
  /** The API, its policies or its gateways changed after the plan was read. */
  stale = $state(false)
  at = $state(0)
  agreed = $state<Record<string, boolean>>({})
  /** The name that production asks for, as typed. */
  typed = $state('')
  readonly api: ApiId
  readonly address: PlanAddress
  #stop: () => void

  constructor(api: ApiId, address: PlanAddress) {
    this.api = api
    this.address = address
    this.#stop = onEvent((event) => {
      if (event.kind !== 'changed' || this.starting || this.plan === null) return
      if (event.features.some((feature) => feature === 'apis' || feature === 'policies' || feature === 'gateways')) this.stale = true
    })
    void this.read()
  }

  close(): void {
    this.#stop()
  }

  async read(): Promise<void> {
    if (this.loading) return
    this.loading = true
    this.fault = null
    try {
      const plan = await call('deployments.plan', { api: this.api, ...this.address })
      // A yes was given to what was shown then.
      const before = JSON.stringify([this.plan?.revision, this.asked])
      if (before !== JSON.stringify([plan.revision, consents(plan.targets)])) {
        this.agreed = {}
        this.typed = ''
      }
      this.plan = plan
      this.stale = false
      this.at = Date.now()
    } catch (thrown) {
      this.fault = toFault(thrown, 'deployments.plan')
    } finally {
      this.loading = false
    }
  }

  get asked() {
    return consents(this.plan?.targets ?? [])
  }

  /** What must be typed; `null` for nothing. */
  get toType(): string | null {
    return this.plan ? toType(this.plan) : null
  }

  get named(): boolean {
    return this.toType === null || this.typed.trim() === this.toType
  }

  get agreedAll(): boolean {
    return this.asked.every((one) => this.agreed[one.key])
  }

  /** The runs that began, and those that could not; `null` when none could. */
  async start(): Promise<StartedRun[] | null> {
    const plan = this.plan
    if (!plan || this.starting || this.stale || !this.agreedAll || !this.named) return null
    this.starting = true
    this.fault = null
    try {
      const started = await call('deployments.start', {
        api: this.api,
        gateways: runnable(plan).map((target) => target.gateway),
        goal: plan.goal,
        revision: plan.revision,
        // What was shown is what is gone back to, whatever is kept by then.
        to: plan.targets.find((target) => target.returns_to)?.returns_to?.id ?? this.address.to,
        stages: plan.stages,
        consents: this.asked.map((one) => one.key),
        confirmed: this.toType === null ? [] : [this.typed.trim()],
        ...(plan.percent === null ? {} : { percent: plan.percent }),
        ...(this.address.again ? { again: true } : {}),
      })
      const refused = started.runs.find((run) => run.deployment === null && run.fault !== null)
      if (started.runs.every((run) => run.deployment === null)) {
        this.fault = refused?.fault ?? null
        return null
      }
      return started.runs
    } catch (thrown) {
      this.fault = toFault(thrown, 'deployments.start')
      return null
    } finally {
      this.starting = false
    }
  }
}
