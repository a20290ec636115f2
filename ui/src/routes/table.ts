import type { RouteDefinition } from 'svelte-spa-router'
import NotFound from './NotFound.svelte'

export const routes: RouteDefinition = { '*': NotFound }
