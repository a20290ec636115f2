import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { AppEvent, DeploymentRow, RunEvent } from '../../ipc/generated'

type Answer = (request: Record<string, unknown>) => unknown
const answers: Record<string, Answer> = {}
const listeners = new Set<(event: AppEvent) => void>()
const news: string[] = []
vi.mock('../../ipc', () => ({
  call: (name: string, request: Record<string, unknown>) => Promise.resolve().then(() => answers[name]?.(request)),
  onEvent: (listener: (event: AppEvent) => void) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  },
  onBreak: () => () => {},
}))
vi.mock('../../kit/toasts.svelte', () => ({ toast: (text: string) => news.push(text), shown: (id: number) => id === news.length }))
const { RunningRuns } = await import('./running.svelte')

const row = (deployment: string, running: boolean) =>
  ({ deployment, api_name: 'Petstore', gateway_name: 'local', running, outcome: null, finished_at: null }) as DeploymentRow
const say = (event: AppEvent) => listeners.forEach((listener) => listener(event))
const run = (event: RunEvent, deployment = 'd1') => say({ kind: 'run', deployment, api: 'a', gateway: 'g', event })
const started: RunEvent = { kind: 'started', steps: ['One', 'Two'], eta_ms: 0 }
const finished: RunEvent = { kind: 'finished', outcome: 'live', fault: null, invoke_url: 'http://127.0.0.1/x' }
const settled = () => new Promise((resolve) => setTimeout(resolve))
const changed = () => say({ kind: 'changed', features: ['deployments', 'apis'] })

/** A promise and its end. */
function later<T>() {
  let end: (value: T) => void = () => {}
  const promise = new Promise<T>((resolve) => (end = resolve))
  return { promise, end }
}

let runs: InstanceType<typeof RunningRuns>
beforeEach(async () => {
  listeners.clear()
  news.length = 0
  answers['deployments.list'] = () => ({ rows: [], total: 0 })
  answers['deployments.get'] = ({ deployment }) => ({ row: row(String(deployment), true) })
  runs = new RunningRuns()
  runs.watch()
  await settled()
})

describe('runs under way', () => {
  it('is over at once when a run ends before the core has said what it is called', async () => {
    const slow = later<unknown>()
    answers['deployments.get'] = () => slow.promise
    run(started)
    expect(runs.all.size).toBe(1)
    run({ kind: 'step-started', step: 0, attempt: 1 })
    run(finished)
    expect(runs.all.size).toBe(0)
    slow.end({ row: row('d1', true) })
    await settled()
    expect(runs.all.size).toBe(0)
    expect(news).toEqual(['Petstore is live on local'])
  })

  it('tells runs of a fleet that end the same way together', async () => {
    for (const id of ['d1', 'd2', 'd3']) {
      run(started, id)
      run(finished, id)
      await settled()
    }
    run({ kind: 'finished', outcome: 'rolled-back', fault: null, invoke_url: null }, 'd4')
    await settled()
    expect(news).toEqual([
      'Petstore is live on local',
      'Petstore is live on 2 gateways',
      'Petstore is live on 3 gateways',
      'Petstore on local failed and was taken back',
    ])
  })

  it('keeps the step it is at while its name is asked', async () => {
    run(started)
    run({ kind: 'step-done', step: 0, request_id: null, elapsed_ms: 3 })
    await settled()
    expect(runs.all.get('d1')).toMatchObject({ api: 'Petstore', gateway: 'local', step: 1, steps: 2 })
  })

  it('does not take up again from an older answer what has ended meanwhile', async () => {
    const slow = later<unknown>()
    answers['deployments.list'] = () => slow.promise
    run(started)
    changed()
    run(finished)
    slow.end({ rows: [row('d1', true)], total: 1 })
    await settled()
    expect(runs.all.size).toBe(0)
  })

  it('does not drop for an older answer what has begun meanwhile', async () => {
    const slow = later<unknown>()
    answers['deployments.list'] = () => slow.promise
    changed()
    run(started)
    slow.end({ rows: [], total: 0 })
    await settled()
    expect([...runs.all.keys()]).toEqual(['d1'])
  })

  it('shows what another process runs until it says otherwise, and never what broke off', async () => {
    answers['deployments.list'] = () => ({ rows: [row('theirs', true), row('broken', false)], total: 2 })
    changed()
    await settled()
    expect([...runs.all.keys()]).toEqual(['theirs'])
    answers['deployments.list'] = () => ({ rows: [row('theirs', false)], total: 1 })
    changed()
    await settled()
    expect(runs.all.size).toBe(0)
  })

  it('reads once more when something changed while it was reading', async () => {
    const first = later<unknown>()
    let reads = 0
    answers['deployments.list'] = () => {
      reads += 1
      return reads === 1 ? first.promise : { rows: [], total: 0 }
    }
    changed()
    await settled()
    changed()
    changed()
    first.end({ rows: [row('theirs', true)], total: 1 })
    await settled()
    expect(reads).toBe(2)
    expect(runs.all.size).toBe(0)
  })
})
