/** Short news at the edge of the window. It refuses faults: those stay where they happened. */
import type { State } from './types'

export interface ToastItem {
  id: number
  text: string
  state: State
  action: { label: string; run: () => void } | undefined
}

const LIFE = 6000
let next = 1

export const toasts = $state<ToastItem[]>([])

/** Shows it for a while, in place of `instead` when that is still there; gives its id. */
export function toast(text: string, state: State = 'ok', action?: ToastItem['action'], instead?: number): number {
  const id = next++
  const item = { id, text, state, action }
  const at = toasts.findIndex((known) => known.id === instead)
  if (at >= 0) toasts[at] = item
  else toasts.push(item)
  setTimeout(() => dismiss(id), LIFE)
  return id
}

export function shown(id: number): boolean {
  return toasts.some((item) => item.id === id)
}

export function dismiss(id: number): void {
  const at = toasts.findIndex((item) => item.id === id)
  if (at >= 0) toasts.splice(at, 1)
}
