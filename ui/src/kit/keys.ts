/**
 * Shortcuts written as `mod+k`, `?`, `mod+enter`; `mod` is Command on a Mac and Control elsewhere.
 * Two keys in turn have a blank between them: `g a`.
 */

const MAC = typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.platform)

const GLYPHS: Record<string, string> = MAC
  ? { mod: '⌘', shift: '⇧', alt: '⌥', enter: '↵', esc: 'esc', up: '↑', down: '↓' }
  : { mod: 'Ctrl', shift: 'Shift', alt: 'Alt', enter: 'Enter', esc: 'Esc', up: '↑', down: '↓' }

/** The keys as printed on this platform's keyboard, one string per key. */
export function printed(keys: string): string[] {
  return keys.split(/ |\+(?=.)/).map((key) => GLYPHS[key] ?? (key.length === 1 ? key.toUpperCase() : key))
}

/** Whether `event` is this shortcut. */
export function matches(keys: string, event: KeyboardEvent): boolean {
  const parts = keys.split(/\+(?=.)/)
  const key = parts.at(-1) ?? ''
  const wanted = new Set(parts.slice(0, -1))
  const named = key === 'esc' ? 'escape' : key === 'up' ? 'arrowup' : key === 'down' ? 'arrowdown' : key
  if (event.key.toLowerCase() !== named) return false
  const mod = MAC ? event.metaKey : event.ctrlKey
  const other = MAC ? event.ctrlKey : event.metaKey
  // A printed sign such as `?` already needs Shift on most keyboards.
  const shifted = key.length === 1 && !/[a-z0-9]/.test(key) ? true : event.shiftKey === wanted.has('shift')
  return mod === wanted.has('mod') && !other && event.altKey === wanted.has('alt') && shifted
}

/** Whether the event comes from something the user types into, where single keys are text. */
export function isTyping(event: KeyboardEvent): boolean {
  const at = event.target
  return at instanceof HTMLElement && (at.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(at.tagName))
}
