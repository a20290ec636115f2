/** How a held token stands. It refuses the token itself: the core keeps that. */
import type { TokenState } from '../../ipc'
import { remaining } from '../../kit/time'
import type { State } from '../../kit/types'

/** Less than this and a call may come too late. */
const SHORT = 60_000

export function tokenStanding(token: TokenState | null, now: number): { state: State; word: string } {
  if (token === null) return { state: 'unknown', word: 'no token' }
  if (token.expires_at === null) return { state: 'ok', word: 'token, no known end' }
  const left = token.expires_at - now
  if (left <= 0) return { state: 'warning', word: 'token expired' }
  return { state: left < SHORT ? 'warning' : 'ok', word: `${remaining(left)} left` }
}

/** Claims as people read them; what is no JSON stays as it is. */
export function indented(claims: string): string {
  try {
    return JSON.stringify(JSON.parse(claims), null, 2)
  } catch {
    return claims
  }
}

/** Claims that are times, with the time beside the number. */
export function claimTimes(claims: string): { name: string; at: number }[] {
  let parsed: unknown
  try {
    parsed = JSON.parse(claims)
  } catch {
    return []
  }
  if (typeof parsed !== 'object' || parsed === null) return []
  const all = parsed as Record<string, unknown>
  return ['iat', 'nbf', 'exp', 'auth_time'].flatMap((name) => {
    const value = all[name]
    return typeof value === 'number' ? [{ name, at: value * 1000 }] : []
  })
}
