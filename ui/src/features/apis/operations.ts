/**
 * Operations of an API as the design page lists and edits them.
 * It refuses to know the document: what the form does not show is the core's to keep.
 */
import type { Api, HttpMethod, OperationForm, OperationRow, ParameterForm, RouteSecurity } from '../../ipc/generated'

export const METHODS: HttpMethod[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'TRACE']
export const SCHEMA_TYPES = ['string', 'integer', 'number', 'boolean', 'array'] as const

export interface Key {
  method: string
  path: string
}

/** `GET /pets/{id}` in its two parts. */
export function splitKey(key: string): Key {
  const space = key.indexOf(' ')
  return space < 0 ? { method: 'GET', path: key } : { method: key.slice(0, space), path: key.slice(space + 1) }
}

export function joinKey(method: string, path: string): string {
  return `${method} ${path}`
}

export interface Item {
  id: string
  row: OperationRow
  method: string
  path: string
  /** The first line of its path: the ones below it repeat the path quietly. */
  first: boolean
}

/** Whether every word stands somewhere in the operation. */
function fits(row: OperationRow, words: string[]): boolean {
  const text = `${row.operation} ${row.operation_id} ${row.summary}`.toLowerCase()
  return words.every((word) => text.includes(word))
}

/** The operations, those of one path together where the path first stands in the document. */
export function grouped(operations: OperationRow[], filter: string): Item[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean)
  const paths = new Map<string, Item[]>()
  for (const row of operations) {
    if (!fits(row, words)) continue
    const { method, path } = splitKey(row.operation)
    const items = paths.get(path)
    const item = { id: row.operation, row, method, path, first: items === undefined }
    if (items) items.push(item)
    else paths.set(path, [item])
  }
  return [...paths.values()].flat()
}

/** The operation the line of the document belongs to. */
export function operationAt(operations: OperationRow[], line: number): OperationRow | undefined {
  return operations
    .filter((row) => row.place.line > 0 && row.place.line <= line)
    .toSorted((a, b) => a.place.line - b.place.line)
    .at(-1)
}

/** Names in braces, in order, each once: `/a/{x}/b/{y+}` gives `x`, `y`. */
export function variables(path: string): string[] {
  const names = new Set<string>()
  for (const match of path.matchAll(/\{([^{}]+)\}/g)) names.add((match[1] ?? '').replace(/\+$/, ''))
  return [...names]
}

/** The parameters after the path changed: path variables exactly as the template names them, others untouched. */
export function withPathVariables(path: string, parameters: ParameterForm[]): ParameterForm[] {
  const names = variables(path)
  const old = parameters.filter((one) => one.location === 'path')
  const fromPath = names.map((name, index): ParameterForm => {
    const same = old.find((one) => one.name === name)
    // A renamed variable keeps its description and type: it stands at the same place.
    const moved = old.length === names.length && !names.includes(old[index]?.name ?? '') ? old[index] : undefined
    const base = same ?? moved
    return { name, location: 'path', required: true, schema_type: base?.schema_type ?? 'string', description: base?.description ?? '' }
  })
  return [...fromPath, ...parameters.filter((one) => one.location !== 'path')]
}

/** A form for an operation that does not exist yet. */
export function blankOperation(path = '/'): OperationForm {
  return {
    operation: joinKey('GET', path),
    operation_id: '',
    summary: '',
    description: '',
    parameters: withPathVariables(path, []),
    request_body: null,
    responses: [{ status: '200', description: 'OK', media_type: 'application/json', example: '' }],
  }
}

export interface FormErrors {
  path?: string
  method?: string
  operationId?: string
  body?: string
  bodyType?: string
  parameters: Record<number, string>
  responses: Record<number, { status?: string; example?: string }>
}

const MEDIA = /^[\w.+-]+\/[\w.+*-]+(\s*;.*)?$/
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/

export function pathProblem(path: string): string | undefined {
  if (path === '') return 'A path is needed, for example /orders/{id}'
  if (!path.startsWith('/')) return 'A path begins with a slash'
  if (/\s/.test(path)) return 'A path has no spaces; write %20 for one'
  if (/[?#]/.test(path)) return 'Query parameters go in the table below, not in the path'
  if (/\{[^}]*$|^[^{]*\}|\{\}|\{[^}]*\{/.test(path)) return 'Each { needs a name and a }'
  if (path !== '/' && path.includes('//')) return 'Two slashes follow each other'
  const all = [...path.matchAll(/\{([^{}]+)\}/g)].map((match) => match[1])
  if (new Set(all).size !== all.length) return 'Each variable may stand once in a path'
  return undefined
}

/** What is wrong with example text: nothing for other media types than JSON. */
export function exampleProblem(mediaType: string, example: string): string | undefined {
  if (example.trim() === '' || !/json/i.test(mediaType)) return undefined
  try {
    JSON.parse(example)
    return undefined
  } catch (error) {
    return `Not JSON: ${error instanceof Error ? error.message : String(error)}`
  }
}

/** Two templates that differ in variable names only are one path to a gateway. */
function shape(key: string): string {
  return key.replace(/\{[^{}]*?(\+?)\}/g, '{$1}')
}

export function operationErrors(form: OperationForm, others: OperationRow[], replaces: string | null): FormErrors {
  const { path } = splitKey(form.operation)
  const errors: FormErrors = { parameters: {}, responses: {} }
  const problem = pathProblem(path)
  if (problem) errors.path = problem
  const rest = others.filter((row) => row.operation !== replaces)
  const twin = rest.find((row) => shape(row.operation) === shape(form.operation))
  if (!errors.path && twin) errors.path = `${twin.operation} exists already`
  const id = form.operation_id.trim()
  if (id !== '' && rest.some((row) => row.operation_id === id)) errors.operationId = 'Another operation has this id'

  const seen = new Set<string>()
  form.parameters.forEach((one, index) => {
    const name = one.name.trim()
    const key = `${one.location} ${one.location === 'header' ? name.toLowerCase() : name}`
    if (name === '') errors.parameters[index] = 'A name is needed'
    else if (one.location === 'header' && !TOKEN.test(name)) errors.parameters[index] = 'Not a header name'
    else if (seen.has(key)) errors.parameters[index] = `${name} is listed twice`
    else if (one.location === 'path' && !variables(path).includes(name)) errors.parameters[index] = `{${name}} is not in the path`
    seen.add(key)
  })
  if (form.request_body) {
    if (!MEDIA.test(form.request_body.media_type.trim())) errors.bodyType = 'A media type such as application/json'
    const body = exampleProblem(form.request_body.media_type, form.request_body.example)
    if (body) errors.body = body
  }
  const statuses = new Set<string>()
  form.responses.forEach((one, index) => {
    const status = one.status.trim()
    const own: { status?: string; example?: string } = {}
    if (!/^([1-5]\d\d|[1-5]XX|default)$/.test(status)) own.status = '200, 4XX or default'
    else if (statuses.has(status)) own.status = `${status} is listed twice`
    statuses.add(status)
    const example = exampleProblem(one.media_type, one.example)
    if (example) own.example = example
    if (own.status !== undefined || own.example !== undefined) errors.responses[index] = own
  })
  return errors
}

export function hasErrors(errors: FormErrors): boolean {
  return Boolean(
    errors.path ??
      errors.method ??
      errors.operationId ??
      errors.body ??
      errors.bodyType ??
      [...Object.keys(errors.parameters), ...Object.keys(errors.responses)][0],
  )
}

/** Trims what people leave at the ends; order and everything else stay. */
export function tidied(form: OperationForm): OperationForm {
  return {
    ...form,
    operation_id: form.operation_id.trim(),
    summary: form.summary.trim(),
    parameters: form.parameters.map((one) => ({ ...one, name: one.name.trim() })),
    request_body: form.request_body && { ...form.request_body, media_type: form.request_body.media_type.trim() },
    responses: form.responses.map((one) => ({ ...one, status: one.status.trim(), media_type: one.media_type.trim() })),
  }
}

/**
 * The form over a newer reading of the operation: what was changed here stays as typed, the rest becomes what is there
 * now.
 */
export function rebased(base: OperationForm, mine: OperationForm, theirs: OperationForm): OperationForm {
  const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b)
  const pick = <K extends keyof OperationForm>(field: K): OperationForm[K] => (same(base[field], mine[field]) ? theirs[field] : mine[field])
  return {
    operation: pick('operation'),
    operation_id: pick('operation_id'),
    summary: pick('summary'),
    description: pick('description'),
    parameters: pick('parameters'),
    request_body: pick('request_body'),
    responses: pick('responses'),
  }
}

/** `token`, `own` (the document has AWS check it), `public` (said so) or `open` (nobody said anything). */
export function securityWord(security: RouteSecurity): 'token' | 'own' | 'public' | 'open' {
  if (security.kind !== 'open') return security.kind
  return security.declared ? 'public' : 'open'
}

/** One word for an API in the list. */
export function apiSecurityWord(api: Api): 'OAuth' | 'open' {
  return api.policies.oauth ? 'OAuth' : 'open'
}
