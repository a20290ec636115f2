/**
 * Where a gateway stands in words and colour: by its mark, else told from its kind, name and stage.
 * It refuses to decide anything by a name: what must be typed the core says, by the mark alone.
 */
import type { Gateway } from './ipc/generated'

export type Place = 'production' | 'staging' | 'development' | 'local' | 'aws'

/** Where a mistake costs most comes first; what is not known to be harmless may cost. */
export const PLACES: Place[] = ['production', 'staging', 'aws', 'development', 'local']

const SIGNS: [Place, RegExp][] = [
  ['staging', /(^|[^a-z])(stag(e|ing)?|pre-?prod(uction)?|uat|qa)([^a-z]|$)/i],
  ['production', /(^|[^a-z])(prod(uction)?|prd|live)([^a-z]|$)/i],
  ['development', /(^|[^a-z])(dev(el|elop|elopment)?|test(ing)?|sandbox|demo)([^a-z]|$)/i],
]

export function placeOf(gateway: Gateway): Place {
  if (gateway.production) return 'production'
  if (gateway.target.kind === 'local') return 'local'
  const said = [gateway.name, gateway.display_name, gateway.target.stage]
  return SIGNS.find(([, sign]) => said.some((text) => sign.test(text)))?.[0] ?? 'aws'
}

/** Whether names sound like production: a proposal, to be marked or not. */
export function soundsLikeProduction(...names: string[]): boolean {
  return SIGNS.find(([, sign]) => names.some((name) => sign.test(name)))?.[0] === 'production'
}

/** The word beside the colour. */
export function placeWord(gateway: Gateway): string {
  const place = placeOf(gateway)
  return place === 'aws' ? 'AWS' : place
}

/** `eu-west-1`, or the loopback address. */
export function regionOf(gateway: Gateway): string {
  return gateway.target.kind === 'aws' ? gateway.target.region : `127.0.0.1:${gateway.target.port}`
}

/** An account id as it is said aloud: `1234…9012`. */
export function shortAccount(account: string): string {
  return /^\d{12}$/.test(account) ? `${account.slice(0, 4)}…${account.slice(8)}` : account
}

/** The name at the end of an ARN: the user, or role and session. */
export function shortPrincipal(principal: string): string {
  const resource = principal.startsWith('arn:') ? principal.split(':').slice(5).join(':') : principal
  const parts = resource.split('/')
  return parts[0] === 'assumed-role' ? parts.slice(1, 2).join('/') : (parts.at(-1) ?? resource)
}

