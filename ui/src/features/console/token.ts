/** What the token chip says. It refuses to read a token: claims come decoded from the core, without it. */
import type { KeyManager, OauthPolicy, RouteSecurity, TokenState } from '../../ipc/generated'
import type { State } from '../../kit/types'
import { duration } from '../../kit/time'

export interface Chip {
  state: State
  /** `43 min left`. */
  life: string
  /** `matches policy`, or what does not. */
  match: string
  /** The long form of `match`. */
  why: string
}

type Claims = Record<string, unknown>

export function claimsOf(token: TokenState): Claims | null {
  if (token.claims === null) return null
  try {
    const parsed: unknown = JSON.parse(token.claims)
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? (parsed as Claims) : null
  } catch {
    return null
  }
}

function texts(value: unknown): string[] {
  if (typeof value === 'string') return value.split(' ').filter(Boolean)
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []
}

/** Scopes as the claims carry them (`scope`, `scp`), or as granted. */
export function scopesOf(token: TokenState): string[] {
  const claims = claimsOf(token)
  const inside = claims ? [...texts(claims['scope']), ...texts(claims['scp'])] : []
  return inside.length > 0 ? inside : token.scopes
}

export interface Wanted {
  policy: OauthPolicy | null
  keyManager: KeyManager | undefined
  security: RouteSecurity
}

/** The first thing in the token that disagrees with the policy; `null` when nothing does. */
export function disagreement(token: TokenState, wanted: Wanted): { short: string; long: string } | null {
  if (wanted.security.kind !== 'token' || !wanted.policy) return null
  const claims = claimsOf(token)
  if (!claims) return { short: 'opaque token', long: 'The token is not a JWT, so the gateway cannot check it. Ask for the API’s audience.' }
  const issuer = wanted.keyManager?.issuer
  if (issuer !== undefined && claims['iss'] !== issuer) {
    return { short: 'other issuer', long: `The token’s iss is ${said(claims['iss'])}; the policy trusts ${issuer}.` }
  }
  const audiences = Array.isArray(claims['aud']) ? claims['aud'] : [claims['aud']]
  if (!audiences.includes(wanted.policy.audience)) {
    return { short: 'other audience', long: `The token’s aud is ${said(claims['aud'])}; the policy asks for ${wanted.policy.audience}.` }
  }
  const missing = wanted.security.scopes.filter((scope) => !scopesOf(token).includes(scope))
  if (missing.length > 0) {
    return { short: `lacks ${missing.join(' ')}`, long: `This operation needs the scope ${missing.join(' ')}, which the token was not granted.` }
  }
  return null
}

function said(claim: unknown): string {
  return claim === undefined ? 'missing' : typeof claim === 'string' ? claim : JSON.stringify(claim)
}

export function chip(token: TokenState | null, wanted: Wanted, now: number): Chip {
  if (!token) return { state: 'unknown', life: 'no token yet', match: '', why: '' }
  const left = token.expires_at === null ? null : token.expires_at - now
  if (left !== null && left <= 0) return { state: 'failed', life: 'expired', match: '', why: 'Get a new one: the gateway refuses this.' }
  const life = left === null ? 'no expiry told' : `${duration(left < 60_000 ? left : Math.floor(left / 60_000) * 60_000)} left`
  const wrong = disagreement(token, wanted)
  if (wrong) return { state: 'warning', life, match: wrong.short, why: wrong.long }
  if (wanted.security.kind === 'open') return { state: 'ok', life, match: 'not needed here', why: 'This operation is open to everyone.' }
  return { state: left !== null && left < 60_000 ? 'warning' : 'ok', life, match: 'matches policy', why: '' }
}
