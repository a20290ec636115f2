/** What the page on screen puts into the status line. */
import type { Snippet } from 'svelte'

class StatusLine {
  left = $state.raw<Snippet | null>(null)
}

export const statusLine = new StatusLine()
