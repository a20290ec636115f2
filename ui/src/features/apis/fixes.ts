/** Which findings can be fixed together, and what a fix did, in words. */
import type { ApiFixed, Diagnostic } from '../../ipc/generated'

/** More places than these are looked at before they are changed. */
export const LOOK_FIRST = 20

/** Fixable findings by rule: how many, and where the first of them stands in the list. */
export function kindsOf(diagnostics: Diagnostic[]): Map<string, { count: number; first: number }> {
  const kinds = new Map<string, { count: number; first: number }>()
  diagnostics.forEach((one, index) => {
    if (!one.fixable) return
    const kind = kinds.get(one.rule)
    if (kind) kind.count += 1
    else kinds.set(one.rule, { count: 1, first: index })
  })
  return kinds
}

/** How many “Fix all” takes: matters of taste are left alone. */
export function fixable(diagnostics: Diagnostic[]): number {
  return diagnostics.filter((one) => one.fixable && one.severity !== 'info').length
}

/** What was done; `undo` is the key that takes it back. */
export function told(fixed: ApiFixed, undo: string): string {
  const left = fixed.left.length === 0 ? '' : `; ${fixed.left.length} could not be fixed`
  return `Fixed ${fixed.fixed} ${fixed.fixed === 1 ? 'problem' : 'problems'}${left}. ${undo} takes it back`
}
