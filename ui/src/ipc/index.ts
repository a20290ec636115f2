/**
 * The page's one seam to the core: commands, events, and what the host can do.
 * It refuses untyped failures: whatever goes wrong becomes a fault.
 */
import type { AppEvent, Commands, Fault } from './generated'
import { http } from './http'
import { tauri } from './tauri'
import type { Host, Listening, Transport } from './transport'

export * from './generated'
export type { ChosenFile, Host, SaveTarget } from './transport'

export type CommandName = keyof Commands
export type Request<K extends CommandName> = Commands[K]['request']
export type Response<K extends CommandName> = Commands[K]['response']

const transport: Transport = '__TAURI_INTERNALS__' in window ? tauri : http()

export const host: Host = transport.host

/** Calls the core; throws a `Fault`. Waits until events are heard, so that what is read does not change unnoticed. */
export async function call<K extends CommandName>(name: K, request: Request<K>): Promise<Response<K>> {
  if (listening) await listening.heard
  try {
    return (await transport.call(name, request)) as Response<K>
  } catch (thrown) {
    throw toFault(thrown, name)
  }
}

/** A fault from whatever a host threw. */
export function toFault(thrown: unknown, name = ''): Fault {
  const candidate = typeof thrown === 'object' && thrown !== null && 'fault' in thrown ? thrown.fault : thrown
  if (isFault(candidate)) return candidate
  if (thrown instanceof TypeError && !('__TAURI_INTERNALS__' in window)) {
    return {
      code: 'network.unreachable',
      effect: 'unknown',
      retry: 'soon',
      summary: 'The page lost its connection to the Gatewright process.',
      advice: 'Start it again and reload the page.',
      facts: { command: name, cause: thrown.message },
    }
  }
  return {
    code: 'app.defect',
    effect: 'unknown',
    retry: 'never',
    summary: name === '' ? 'Something in the page failed.' : `The call ${name} failed in a way it should not.`,
    advice: 'Copy the details and report them.',
    facts: { cause: thrown instanceof Error ? thrown.message : JSON.stringify(thrown) ?? 'unknown' },
  }
}

function isFault(value: unknown): value is Fault {
  return typeof value === 'object' && value !== null && 'code' in value && 'summary' in value && 'facts' in value
}

const listeners = new Set<(event: AppEvent) => void>()
const breaks = new Set<() => void>()
let listening: Listening | null = null

/** Every event of the core from now on; returns how to stop. */
export function onEvent(callback: (event: AppEvent) => void): () => void {
  listeners.add(callback)
  listen()
  return () => leave(listeners, callback)
}

/** Told when events may have been missed, so that what is on screen is read again. */
export function onBreak(callback: () => void): () => void {
  breaks.add(callback)
  listen()
  return () => leave(breaks, callback)
}

function listen(): void {
  if (listening) return
  listening = transport.listen(
    (event) => {
      for (const listener of [...listeners]) listener(event)
    },
    () => {
      for (const listener of [...breaks]) listener()
    },
  )
}

function leave<T>(from: Set<T>, one: T): void {
  from.delete(one)
  if (listeners.size === 0 && breaks.size === 0) {
    listening?.stop()
    listening = null
  }
}
