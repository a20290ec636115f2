/** Cross-origin answers as edited. It refuses `*` together with credentials: browsers would refuse the answer. */
import type { CorsPolicy } from '../../ipc/generated'

export interface CorsDraft extends Record<string, unknown> {
  on: boolean
  /** One origin per line, or `*`. */
  origins: string
  allowHeaders: string
  exposeHeaders: string
  credentials: boolean
  maxAge: string
}

const HEADER = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/

function words(text: string): string[] {
  return [...new Set(text.split(/[\s,]+/).filter(Boolean))]
}

export function corsDraft(cors: CorsPolicy | null): CorsDraft {
  return {
    on: cors !== null,
    origins: (cors?.allow_origins ?? []).join('\n'),
    allowHeaders: (cors?.allow_headers ?? ['Authorization', 'Content-Type']).join(', '),
    exposeHeaders: (cors?.expose_headers ?? []).join(', '),
    credentials: cors?.allow_credentials ?? false,
    maxAge: String(cors?.max_age_seconds ?? 600),
  }
}

export function corsOf(draft: CorsDraft): CorsPolicy | null {
  if (!draft.on) return null
  return {
    allow_origins: words(draft.origins),
    allow_headers: words(draft.allowHeaders),
    expose_headers: words(draft.exposeHeaders),
    allow_credentials: draft.credentials,
    max_age_seconds: Number(draft.maxAge),
  }
}

export function originProblem(origin: string): string | undefined {
  if (origin === '*') return undefined
  if (origin === 'null') return '“null” lets any sandboxed page in'
  let url: URL
  try {
    url = new URL(origin)
  } catch {
    return `${origin} is not an origin: scheme, host and port, as in https://app.example.com`
  }
  if (!/^https?:$/.test(url.protocol)) return `${origin}: only https:// and http:// are origins`
  if (url.origin !== origin) return `${origin}: write ${url.origin}, without path or last slash`
  return undefined
}

export function corsErrors(draft: CorsDraft): Partial<Record<keyof CorsDraft & string, string>> {
  if (!draft.on) return {}
  const errors: Partial<Record<keyof CorsDraft & string, string>> = {}
  const origins = words(draft.origins)
  const bad = origins.map(originProblem).find(Boolean)
  if (origins.length === 0) errors.origins = 'At least one origin, or * for all'
  else if (origins.includes('*') && origins.length > 1) errors.origins = '* stands alone: it allows every origin already'
  else if (bad) errors.origins = bad
  else if (origins.includes('*') && draft.credentials) {
    errors.origins = 'Browsers refuse * together with credentials: name the origins, or turn credentials off'
  }
  for (const name of ['allowHeaders', 'exposeHeaders'] as const) {
    const wrong = words(draft[name]).find((header) => !HEADER.test(header))
    if (wrong !== undefined) errors[name] = `${wrong} is not a header name`
  }
  if (!/^\d+$/.test(draft.maxAge.trim()) || Number(draft.maxAge) > 86_400) errors.maxAge = 'A whole number of seconds from 0 to 86400'
  return errors
}
