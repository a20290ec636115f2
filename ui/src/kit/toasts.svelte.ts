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

export function toast(text: string, state: State = 'ok', action?: ToastItem['action']): void {
  const id = next++
  toasts.push({ id, text, state, action })
  setTimeout(() => dismiss(id), LIFE)
}

export function dismiss(id: number): void {
  const at = toasts.findIndex((item) => item.id === id)
  if (at >= 0) toasts.splice(at, 1)
}
