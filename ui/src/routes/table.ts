/** Every page's address. A route composes features; it refuses to call the core itself. */
import type { RouteDefinition } from 'svelte-spa-router'
import NotFound from './NotFound.svelte'

export const routes: RouteDefinition = {
  '*': NotFound,
}
