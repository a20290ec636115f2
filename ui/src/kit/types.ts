/** Shapes the kit shares. It refuses domain words: a fault here is anything that reads like one. */
import type { Component, Snippet } from 'svelte'

export type State = 'ok' | 'waiting' | 'running' | 'warning' | 'failed' | 'unknown'

export type Icon = Component<{ size?: number | string; strokeWidth?: number | string; class?: string; 'aria-hidden'?: 'true' }>

export interface Choice {
  value: string
  label: string
  /** Said beside the label, quieter. */
  hint?: string
  disabled?: boolean
}

export interface MenuEntry {
  label: string
  icon?: Icon
  keys?: string
  danger?: boolean
  disabled?: boolean
  run: () => void
}

export interface Column<T> {
  id: string
  title: string
  /** CSS width; columns without one share what is left. */
  width?: string
  align?: 'start' | 'end'
  /** Plain text of the cell; also what sorting uses. */
  text?: (row: T) => string
  /** Replaces the plain text. */
  cell?: Snippet<[T]>
  sortable?: boolean
  mono?: boolean
}

export interface TextRow {
  label: string
  value: string
  mono?: boolean
  copy?: boolean
}

export interface FaultShape {
  code: string
  effect: string
  retry: string
  summary: string
  advice: string
  facts: Record<string, string>
}

/** The page's row for a fault code. */
export interface FaultRow {
  severity: 'error' | 'warning' | 'info'
  title: string
  /** A page that helps; `null` when trying again or the advice is all there is. */
  action: { label: string; href: string } | null
}

export interface TimelineStep {
  id: string
  title: string
  state: State
  /** Unix milliseconds. */
  startedAt?: number | null
  endedAt?: number | null
  /** Shown from the second try on. */
  attempt?: number
  /** The request id of the remote side. */
  reference?: string | null
  note?: string | null
  /** While waiting: when it goes on, unix milliseconds. */
  resumesAt?: number | null
}

export interface TimelineColumn {
  id: string
  title: string
  subtitle?: string
  state: State
  word: string
  steps: TimelineStep[]
}

export interface PaletteEntry {
  id: string
  group: string
  label: string
  hint?: string
  keywords?: string[]
  keys?: string
  run: () => void
}

export interface Mark {
  /** From 1. */
  line: number
  column: number
  severity: 'error' | 'warning' | 'info'
  message: string
  source?: string
}

/** Something found at a place of a text. */
export interface Finding {
  /** From 1; 0 without a place. */
  line: number
  column: number
  severity: 'error' | 'warning' | 'info'
  text: string
  /** Said after it, quieter. */
  more: string[]
  rule: string
  /** Where its place is looked at. */
  href?: string | null
}
