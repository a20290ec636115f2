/** Every page's address. A route composes features; it refuses to call the core itself. */
import type { RouteDefinition } from 'svelte-spa-router'
import Activity from './Activity.svelte'
import ApiNew from './ApiNew.svelte'
import ApiPage from './ApiPage.svelte'
import Apis from './Apis.svelte'
import ApplicationNew from './ApplicationNew.svelte'
import ApplicationPage from './ApplicationPage.svelte'
import Applications from './Applications.svelte'
import GatewayNew from './GatewayNew.svelte'
import GatewayPage from './GatewayPage.svelte'
import Gateways from './Gateways.svelte'
import KeyManagerNew from './KeyManagerNew.svelte'
import KeyManagerPage from './KeyManagerPage.svelte'
import KeyManagers from './KeyManagers.svelte'
import NotFound from './NotFound.svelte'
import Overview from './Overview.svelte'
import RunPage from './RunPage.svelte'
import Settings from './Settings.svelte'
import Welcome from './Welcome.svelte'

// The first that matches counts, so `new` stands before any id.
export const routes: RouteDefinition = {
  '/': Overview,
  '/welcome': Welcome,
  '/apis': Apis,
  '/apis/import': Apis,
  '/apis/new': ApiNew,
  '/apis/:id/:tab?/:view?': ApiPage,
  '/deployments/:ids': RunPage,
  '/gateways': Gateways,
  '/gateways/new/:kind?': GatewayNew,
  '/gateways/:id/:act?': GatewayPage,
  '/key-managers': KeyManagers,
  '/key-managers/new': KeyManagerNew,
  '/key-managers/:id/:act?': KeyManagerPage,
  '/applications': Applications,
  '/applications/new': ApplicationNew,
  '/applications/:id/:act?': ApplicationPage,
  '/activity': Activity,
  '/settings': Settings,
  '*': NotFound,
}
