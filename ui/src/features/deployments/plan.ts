/** The plan as read before consent: what callers notice, security, remote calls. It refuses to hide a gateway that cannot run. */
import type { Diagnostic, PlanChange, PlanView, RemoteCall, TargetPlan } from '../../ipc/generated'

/** Gateways for which the same holds. */
export interface Shared {
  gateways: string[]
  changes: PlanChange[]
}

export type Standing = 'runs' | 'unchanged' | 'refused'

export interface AskedConsent {
  key: string
  sentences: string[]
  gateways: string[]
}

export function standing(target: TargetPlan): Standing {
  if (target.fault) return 'refused'
  const writes = target.steps.some((step) => step.effect !== 'read')
  return writes ? 'runs' : 'unchanged'
}

export function isSecurity(change: PlanChange): boolean {
  return change.kind === 'security' || change.lowers_security
}

function shared(targets: TargetPlan[], pick: (change: PlanChange) => boolean): Shared[] {
  const groups = new Map<string, Shared>()
  for (const target of targets) {
    const changes = target.changes.filter(pick)
    if (changes.length === 0) continue
    const same = JSON.stringify(changes)
    const group = groups.get(same)
    if (group) group.gateways.push(target.gateway_name)
    else groups.set(same, { gateways: [target.gateway_name], changes })
  }
  return [...groups.values()]
}

const ORDER = { removed: 0, changed: 1, added: 2, security: 3 } as const

/** What callers will notice, removals first, by the gateways they share it on. */
export function noticed(targets: TargetPlan[]): Shared[] {
  return shared(targets, (change) => !isSecurity(change)).map((group) => ({
    ...group,
    changes: group.changes.toSorted((a, b) => ORDER[a.kind] - ORDER[b.kind]),
  }))
}

/** What lets more callers in: said first, and loud. */
export function loosens(targets: TargetPlan[]): Shared[] {
  return shared(targets, (change) => change.lowers_security)
}

/** What else changes in who may call what. */
export function protects(targets: TargetPlan[]): Shared[] {
  return shared(targets, (change) => isSecurity(change) && !change.lowers_security)
}

export interface Kept {
  sentence: string
  /** None: it holds for the plan as a whole. */
  gateways: string[]
}

/** What stays as it is, each sentence once with the gateways it holds for. */
export function kept(plan: PlanView): Kept[] {
  const found = new Map<string, Kept>()
  for (const target of runnable(plan)) {
    for (const sentence of target.untouched) {
      const one = found.get(sentence) ?? { sentence, gateways: [] }
      one.gateways.push(target.gateway_name)
      found.set(sentence, one)
    }
  }
  return [...found.values(), ...plan.untouched.map((sentence) => ({ sentence, gateways: [] }))]
}

/** The gateways whose name must be typed: marked as production, and a consent is asked there. */
export function production(targets: TargetPlan[]): string[] {
  return targets.flatMap((target) => (target.fault ? [] : (target.consents.find((consent) => consent.typed !== null)?.typed ?? [])))
}

/** What to type: the one gateway's name, or the API's for several. */
export function toType(plan: PlanView): string | null {
  const names = production(plan.targets)
  return names.length > 1 ? plan.api_name : (names[0] ?? null)
}

/** Every consent once, with what it means on each gateway that asks. */
export function consents(targets: TargetPlan[]): AskedConsent[] {
  const asked = new Map<string, AskedConsent>()
  for (const target of targets) {
    if (target.fault) continue
    for (const { key, sentence } of target.consents) {
      const one = asked.get(key) ?? { key, sentences: [], gateways: [] }
      if (!one.sentences.includes(sentence)) one.sentences.push(sentence)
      one.gateways.push(target.gateway_name)
      asked.set(key, one)
    }
  }
  return [...asked.values()]
}

/** What gateways remark on, each once with the gateways it holds for. */
export function remarks(targets: TargetPlan[]): (Diagnostic & { gateways: string[] })[] {
  const found = new Map<string, Diagnostic & { gateways: string[] }>()
  for (const target of targets) {
    for (const diagnostic of target.diagnostics) {
      const same = JSON.stringify(diagnostic)
      const one = found.get(same) ?? { ...diagnostic, gateways: [] }
      one.gateways.push(target.gateway_name)
      found.set(same, one)
    }
  }
  return [...found.values()]
}

export function calls(target: TargetPlan): RemoteCall[] {
  return target.steps.flatMap((step) => step.calls)
}

/** `5 calls, 3 of them write`. */
export function callWords(target: TargetPlan): string {
  const all = calls(target).length
  const writing = target.steps.filter((step) => step.effect !== 'read').reduce((sum, step) => sum + step.calls.length, 0)
  if (all === 0) return 'no remote calls'
  return `${counted(all, 'call')}, ${writing === all ? (all === 1 ? 'it writes' : 'all of them write') : `${writing} of them ${writing === 1 ? 'writes' : 'write'}`}`
}

/** The calls of a gateway as lines to paste into a ticket. */
export function callText(target: TargetPlan): string {
  const lines = target.steps.flatMap((step) => [
    `# ${step.sentence}`,
    ...step.calls.map((call) => `${call.service} ${call.name}  ${call.target}${call.permission ? `  (${call.permission})` : ''}`),
  ])
  return [`# ${target.gateway_name}`, ...lines].join('\n')
}

export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

export function runnable(plan: PlanView): TargetPlan[] {
  return plan.targets.filter((target) => standing(target) === 'runs')
}

/** The one button: `Deploy to 2 gateways`. */
export function verb(plan: PlanView): string {
  const targets = runnable(plan)
  const first = targets[0]
  const where = targets.length === 1 && first ? first.gateway_name : counted(targets.length, 'gateway')
  const as = plan.percent === null ? '' : ` as a canary`
  return {
    publish: `Deploy to ${where}${as}`,
    withdraw: `Undeploy from ${where}`,
    return: `Roll back ${where}`,
    share: `Change the canary on ${where}`,
    promote: `Promote the canary on ${where}`,
    drop: `Drop the canary on ${where}`,
  }[plan.goal]
}

/** Whether several of them wait for each other: they share the quotas of an account and region. */
export function shares(plan: PlanView): boolean {
  return plan.eta_ms > Math.max(0, ...runnable(plan).map((target) => target.eta_ms))
}
