/**
 * Stage settings as edited: a field left “as found” is not among what is wanted.
 * It refuses what AWS would refuse, while it is typed; the core looks again.
 */
import type { AccessLog, CacheSettings, LogFormat, LogLevel, OperationSettings, StageSettings, Throttle } from '../../ipc/generated'

/** As found, or a choice. */
export type Tri = '' | 'on' | 'off'

export interface StageDraft extends Record<string, unknown> {
  /** `NAME=VALUE` a line; a name alone is not to be there. */
  variables: string
  throttle: '' | 'none' | 'limit'
  rate: string
  burst: string
  /** `GET /orders=10/20` or `GET /orders=none` a line. */
  throttles: string
  logging: '' | LogLevel
  fullRequests: Tri
  metrics: Tri
  accessLog: Tri
  destination: string
  /** Name of a format, or `own`. */
  format: string
  ownFormat: string
  /** As found, off, or a size. */
  cache: string
  ttl: string
  encrypted: Tri
  /** `GET /orders=on` a line. */
  cached: string
  tracing: Tri
  /** `NAME=VALUE` a line. */
  tags: string
}

const OPERATION = /^(GET|PUT|POST|DELETE|OPTIONS|HEAD|PATCH|ANY) (\/\S*)$/
const DESTINATION = /^arn:aws[a-z-]*:(logs:[^:\s]+:[^:\s]+:log-group:\S+|firehose:[^:\s]+:[^:\s]+:deliverystream\/amazon-apigateway-\S+)$/

function lines(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
}

/** The part before the last `=` and the part after it; `null` for a line without one. */
function lastPair(line: string): [string, string] | null {
  const at = line.lastIndexOf('=')
  return at < 1 ? null : [line.slice(0, at).trim(), line.slice(at + 1).trim()]
}

function firstPair(line: string): [string, string | null] {
  const at = line.indexOf('=')
  return at < 0 ? [line, null] : [line.slice(0, at).trim(), line.slice(at + 1).trim()]
}

const tri = (value: boolean | null | undefined): Tri => (value == null ? '' : value ? 'on' : 'off')
const flag = (value: Tri): boolean | null => (value === '' ? null : value === 'on')
const isNone = (throttle: Throttle) => throttle.rate === -1 && throttle.burst === -1

export function throttleWords(throttle: Throttle | null | undefined, otherwise: string): string {
  if (!throttle || isNone(throttle)) return otherwise
  return `${throttle.rate} requests/s, burst ${throttle.burst}`
}

function limit(throttle: Throttle): string {
  return isNone(throttle) ? 'none' : `${throttle.rate}/${throttle.burst}`
}

export function stageDraft(wanted: StageSettings, formats: LogFormat[]): StageDraft {
  const operations = Object.entries(wanted.operations)
  const log = wanted.access_log?.kind === 'on' ? wanted.access_log : null
  const known = formats.find((one) => one.format === log?.format)
  const cache = wanted.cache?.kind === 'on' ? wanted.cache : null
  return {
    variables: Object.entries(wanted.variables)
      .map(([name, value]) => (value === null ? name : `${name}=${value}`))
      .join('\n'),
    throttle: wanted.throttle === null ? '' : isNone(wanted.throttle) ? 'none' : 'limit',
    rate: wanted.throttle && !isNone(wanted.throttle) ? String(wanted.throttle.rate) : '',
    burst: wanted.throttle && !isNone(wanted.throttle) ? String(wanted.throttle.burst) : '',
    throttles: operations.flatMap(([operation, one]) => (one.throttle ? [`${operation}=${limit(one.throttle)}`] : [])).join('\n'),
    logging: wanted.logging ?? '',
    fullRequests: tri(wanted.full_requests),
    metrics: tri(wanted.metrics),
    accessLog: wanted.access_log === null ? '' : wanted.access_log.kind,
    destination: log?.destination ?? '',
    format: log === null ? 'json' : (known?.name ?? 'own'),
    ownFormat: log !== null && !known ? log.format : '',
    cache: wanted.cache === null ? '' : (cache?.size_gb ?? 'off'),
    ttl: cache?.ttl_seconds == null ? '' : String(cache.ttl_seconds),
    encrypted: tri(cache?.encrypted),
    cached: operations.flatMap(([operation, one]) => (one.caching === null ? [] : [`${operation}=${one.caching ? 'on' : 'off'}`])).join('\n'),
    tracing: tri(wanted.tracing),
    tags: Object.entries(wanted.tags)
      .map(([name, value]) => `${name}=${value}`)
      .join('\n'),
  }
}

export function settingsOf(draft: StageDraft, formats: LogFormat[]): StageSettings {
  const operations: Record<string, OperationSettings> = {}
  const entry = (operation: string) => (operations[operation] ??= { throttle: null, caching: null })
  for (const line of lines(draft.throttles)) {
    const pair = lastPair(line)
    if (pair) entry(pair[0]).throttle = limitOf(pair[1])
  }
  for (const line of lines(draft.cached)) {
    const pair = lastPair(line)
    if (pair) entry(pair[0]).caching = pair[1] === 'on'
  }
  return {
    variables: Object.fromEntries(lines(draft.variables).map(firstPair)),
    throttle: throttleOf(draft),
    operations,
    logging: draft.logging === '' ? null : draft.logging,
    full_requests: flag(draft.fullRequests),
    metrics: flag(draft.metrics),
    access_log: logOf(draft, formats),
    cache: cacheOf(draft),
    tracing: flag(draft.tracing),
    tags: Object.fromEntries(lines(draft.tags).map((line) => [firstPair(line)[0], firstPair(line)[1] ?? ''])),
  }
}

function throttleOf(draft: StageDraft): Throttle | null {
  if (draft.throttle === '') return null
  if (draft.throttle === 'none') return { rate: -1, burst: -1 }
  return { rate: Number(draft.rate), burst: Number(draft.burst) }
}

function limitOf(text: string): Throttle | null {
  if (text === 'none') return { rate: -1, burst: -1 }
  const read = /^(\d+(?:\.\d+)?)\/(\d+)$/.exec(text)
  return read ? { rate: Number(read[1]), burst: Number(read[2]) } : null
}

function logOf(draft: StageDraft, formats: LogFormat[]): AccessLog | null {
  if (draft.accessLog === '') return null
  if (draft.accessLog === 'off') return { kind: 'off' }
  const known = formats.find((one) => one.name === draft.format)
  return { kind: 'on', destination: draft.destination.trim(), format: known?.format ?? draft.ownFormat.trim() }
}

function cacheOf(draft: StageDraft): CacheSettings | null {
  if (draft.cache === '') return null
  if (draft.cache === 'off') return { kind: 'off' }
  return { kind: 'on', size_gb: draft.cache, ttl_seconds: draft.ttl.trim() === '' ? null : Number(draft.ttl), encrypted: flag(draft.encrypted) }
}

type Problems = Partial<Record<keyof StageDraft & string, string>>

export function stageErrors(draft: StageDraft): Problems {
  const errors: Problems = {}
  const first = (name: keyof StageDraft & string, text: string, problem: (line: string) => string | undefined) => {
    const found = lines(text).map(problem).find(Boolean)
    if (found) errors[name] = found
  }
  first('variables', draft.variables, variableProblem)
  if (lines(draft.variables).length > 100) errors.variables = 'A stage has at most 100 variables'
  if (draft.throttle === 'limit') {
    if (!/^\d+(\.\d+)?$/.test(draft.rate.trim())) errors.rate = 'A number of requests per second, 0 or more'
    if (!/^\d+$/.test(draft.burst.trim())) errors.burst = 'A whole number of requests, 0 or more'
  }
  first('throttles', draft.throttles, (line) => {
    const pair = lastPair(line)
    if (!pair || !OPERATION.test(pair[0])) return `${line}: write a method, a path and a limit, as GET /orders=10/20`
    return limitOf(pair[1]) ? undefined : `${line}: write requests per second and at once, as 10/20, or none`
  })
  if (draft.accessLog === 'on') {
    if (!DESTINATION.test(draft.destination.trim())) errors.destination = 'The ARN of a log group, or of a delivery stream named amazon-apigateway-…'
    if (draft.format === 'own') {
      const own = draft.ownFormat.trim()
      if (!/\$context\.(requestId|extendedRequestId)/.test(own)) errors.ownFormat = 'Put $context.requestId into it: AWS refuses a format without'
      else if (own.includes('\n')) errors.ownFormat = 'One line: each request is one'
      else if (new TextEncoder().encode(own).length > 3072) errors.ownFormat = 'At most 3072 bytes'
    }
  }
  if (draft.cache !== '' && draft.cache !== 'off' && draft.ttl.trim() !== '' && (!/^\d+$/.test(draft.ttl.trim()) || Number(draft.ttl) > 3600)) {
    errors.ttl = 'A whole number of seconds from 0 to 3600'
  }
  first('cached', draft.cached, (line) => {
    const pair = lastPair(line)
    return pair && OPERATION.test(pair[0]) && /^(on|off)$/.test(pair[1]) ? undefined : `${line}: write GET /orders=on, or off`
  })
  first('tags', draft.tags, (line) => {
    const [name, value] = firstPair(line)
    if (value === null || name === '') return `${line}: write NAME=VALUE`
    if (/^(aws|gatewright):/i.test(name)) return `${name}: names that begin with aws: or gatewright: are taken`
    return /^[\p{L}\p{N} _.:/=+\-@]{1,128}$/u.test(name) && /^[\p{L}\p{N} _.:/=+\-@]{0,256}$/u.test(value)
      ? undefined
      : `${name}: letters, digits, spaces and _.:/=+-@ only`
  })
  return errors
}

function variableProblem(line: string): string | undefined {
  const [name, value] = firstPair(line)
  if (!/^\w{1,64}$/.test(name)) return `${name || line}: a name has 1 to 64 letters, digits and underscores`
  if (value === null) return undefined
  return /^[A-Za-z0-9\-._~:/?#&=,]{1,512}$/.test(value) ? undefined : `${name}: a value has 1 to 512 letters, digits and -._~:/?#&=,`
}

/** What a stage has on which nothing was ever set, in the words of `foundWords`. */
export const unsetWords = foundWords({
  variables: {},
  throttle: null,
  operations: {},
  logging: null,
  full_requests: null,
  metrics: null,
  access_log: null,
  cache: null,
  tracing: null,
  tags: {},
})

/** What a stage has now, in a few words per field of the form. */
export function foundWords(found: StageSettings | null): Problems {
  if (!found) return {}
  const on = (value: boolean | null | undefined) => (value ? 'on' : 'off')
  const operations = Object.entries(found.operations)
  const log = found.access_log?.kind === 'on' ? found.access_log : null
  const cache = found.cache?.kind === 'on' ? found.cache : null
  return {
    variables: Object.keys(found.variables).length === 0 ? 'none' : Object.entries(found.variables).map(([name, value]) => `${name}=${value ?? ''}`).join(', '),
    throttle: throttleWords(found.throttle, 'the account’s'),
    throttles: operations.length === 0 ? 'none' : operations.map(([operation, one]) => `${operation}: ${throttleWords(one.throttle, 'the stage’s')}`).join(', '),
    logging: found.logging ?? 'off',
    fullRequests: on(found.full_requests),
    metrics: on(found.metrics),
    accessLog: log ? log.destination : 'off',
    cache: cache ? `${cache.size_gb} GB` : 'off',
    tracing: on(found.tracing),
    tags: Object.keys(found.tags).length === 0 ? 'none' : Object.entries(found.tags).map(([name, value]) => `${name}=${value}`).join(', '),
  }
}
