/** How true AWS is to a document, in the page's words and order. It refuses to judge: the core's report does. */
import type { Fidelity, FidelityReport, OperationFidelity, OperationKey } from '../../ipc/generated'
import type { State } from '../../kit/types'

/** Worst first. */
export const FIDELITIES: readonly Fidelity[] = ['refused', 'lost', 'changed', 'exact']

export const STATES: Record<Fidelity, State> = { refused: 'failed', lost: 'failed', changed: 'warning', exact: 'ok' }

/** What each word means, in one sentence. */
export const MEANINGS: Record<Fidelity, string> = {
  refused: 'AWS refuses it: it cannot be deployed as it is.',
  lost: 'AWS leaves something out that callers can notice.',
  changed: 'AWS serves it, written otherwise, so that callers can notice.',
  exact: 'AWS does what the document says.',
}

export type Counts = Record<Fidelity, number>

export function countsOf(report: FidelityReport): Counts {
  const { exact, changed, lost, refused } = report
  return { exact, changed, lost, refused }
}

/** `12 exact, 1 changed, 0 lost`; refused ones only when there are any. */
export function summary(report: FidelityReport): string {
  const { exact, changed, lost, refused } = report
  return `${exact} exact, ${changed} changed, ${lost} lost${refused > 0 ? `, ${refused} refused` : ''}`
}

/** `1 change, 0 lost`, for the status line. */
export function brief(report: FidelityReport): string {
  const { changed, lost, refused } = report
  if (changed + lost + refused === 0) return 'exact'
  return `${changed} ${changed === 1 ? 'change' : 'changes'}, ${lost} lost${refused > 0 ? `, ${refused} refused` : ''}`
}

/** The worst there is; `exact` of nothing. */
export function worst(report: FidelityReport): Fidelity {
  const counts = countsOf(report)
  return FIDELITIES.find((one) => counts[one] > 0) ?? 'exact'
}

/** Operations worst first, otherwise as the document has them; only those of `only` when it is given. */
export function ordered(operations: OperationFidelity[], only: Fidelity | null = null): OperationFidelity[] {
  if (only !== null) return operations.filter((one) => one.fidelity === only)
  return FIDELITIES.flatMap((fidelity) => operations.filter((one) => one.fidelity === fidelity))
}

/** Operations that are not exact, by name. */
export function marks(report: FidelityReport | null): Map<OperationKey, Fidelity> {
  return new Map((report?.operations ?? []).filter((one) => one.fidelity !== 'exact').map((one) => [one.operation, one.fidelity]))
}

export function split(operation: OperationKey): { method: string; path: string } {
  const at = operation.indexOf(' ')
  return { method: operation.slice(0, at), path: operation.slice(at + 1) }
}

/** Which of many rows of one height are on screen while one of them is open and `extra` higher. */
export function shown(count: number, row: number, open: number, extra: number, top: number, height: number): { first: number; last: number; before: number; after: number } {
  const below = (open + 1) * row
  const at = (y: number) => (open < 0 || y < below ? Math.floor(y / row) : y < below + extra ? open : Math.floor((y - extra) / row))
  const spare = 8
  const first = Math.max(0, at(top) - spare)
  const last = Math.min(count, at(top + height) + 1 + spare)
  const before = first * row + (open >= 0 && open < first ? extra : 0)
  const after = Math.max(0, count - last) * row + (open >= last ? extra : 0)
  return { first, last, before, after }
}
