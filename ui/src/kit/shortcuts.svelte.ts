/** The acts that have a key or stand in the palette now. It refuses to know what they do. */
import { untrack } from 'svelte'
import { isTyping, matches } from './keys'

export interface Act {
  id: string
  /** Heading in the palette and the cheat sheet. */
  group: string
  label: string
  hint?: string
  keywords?: string[]
  /** `mod+enter`, `?`, or two keys in turn: `g a`. */
  keys?: string
  /** Kept out of the palette: only a key. */
  hidden?: boolean
  run: () => void
}

const SECOND_KEY = 1200

let lists = $state.raw<(() => Act[])[]>([])
let first: { key: string; at: number } | null = null

/** Every act on offer, the page's own before the frame's. */
export function acts(): Act[] {
  return lists.toReversed().flatMap((list) => list())
}

/** Offers acts while the calling component lives. */
export function offer(list: () => Act[]): void {
  $effect(() => {
    untrack(() => (lists = [...lists, list]))
    return () => {
      lists = lists.filter((one) => one !== list)
    }
  })
}

/** Runs the act whose keys were pressed; call from one listener on the window. */
export function press(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing) return
  const bare = !event.ctrlKey && !event.metaKey && !event.altKey
  // While a dialog is open the keys are its own.
  if (document.querySelector('[role="dialog"], [role="alertdialog"], [role="menu"], [role="listbox"]') && bare) return
  if (bare && isTyping(event)) return
  const now = Date.now()
  const before = first !== null && now - first.at < SECOND_KEY ? first.key : null
  first = bare ? { key: event.key, at: now } : null
  const all = acts().filter((act) => act.keys !== undefined)
  const found =
    all.find((act) => before !== null && act.keys === `${before} ${event.key}`) ??
    all.find((act) => !act.keys?.includes(' ') && matches(act.keys ?? '', event))
  if (!found) return
  first = null
  event.preventDefault()
  found.run()
}
