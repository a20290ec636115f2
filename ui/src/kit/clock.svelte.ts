/** One ticking clock for everything on screen that tells time. */
import { createSubscriber } from 'svelte/reactivity'

function clock(every: number): () => number {
  const subscribe = createSubscriber((update) => {
    const timer = setInterval(update, every)
    return () => clearInterval(timer)
  })
  return () => {
    subscribe()
    return Date.now()
  }
}

/** Now, in unix milliseconds, fresh each second where it is read. */
export const second = clock(1000)
/** Now, fresh twice a minute. */
export const minute = clock(30_000)
