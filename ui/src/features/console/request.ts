/** The request as the console edits it. It refuses to hold a token: the core attaches it while sending. */
import type { ConsoleForm, ConsoleRequest, HistoryDetail, HttpMethod, Pair, ParameterLocation } from '../../ipc/generated'

export interface Line {
  id: number
  on: boolean
  name: string
  value: string
  required: boolean
  description: string
  allowed: string[]
  /** From the document: its name stays. */
  declared: boolean
}

export interface RequestDraft {
  method: string
  path: string
  pathParameters: Line[]
  query: Line[]
  headers: Line[]
  body: string
  contentType: string
  application: string | null
}

let next = 1

export function line(name = '', value = '', more: Partial<Line> = {}): Line {
  next += 1
  return { id: next, on: true, name, value, required: false, description: '', allowed: [], declared: false, ...more }
}

function lines(form: ConsoleForm, location: ParameterLocation): Line[] {
  return form.parameters
    .filter((one) => one.location === location)
    .map((one) =>
      line(one.name, one.value, {
        // Optional ones wait unticked: an example value is not something the user asked to send.
        on: one.required || location === 'path',
        required: one.required,
        description: one.description,
        allowed: one.allowed,
        declared: true,
      }),
    )
}

export function fromForm(operation: { method: string; path: string }, form: ConsoleForm): RequestDraft {
  const headers = lines(form, 'header')
  const cookies = lines(form, 'cookie').filter((one) => one.on)
  if (form.content_type !== '' && !headers.some((one) => one.name.toLowerCase() === 'content-type')) {
    headers.unshift(line('Content-Type', form.content_type))
  }
  if (cookies.length > 0) headers.push(line('Cookie', cookies.map((one) => `${one.name}=${one.value}`).join('; ')))
  return {
    method: operation.method === 'ANY' ? 'GET' : operation.method,
    path: operation.path,
    pathParameters: lines(form, 'path'),
    query: lines(form, 'query'),
    headers,
    body: form.body,
    contentType: form.content_type,
    application: form.security.kind === 'token' ? (form.applications[0] ?? null) : null,
  }
}

function pairs(all: Line[]): Pair[] {
  return all.filter((one) => one.on && one.name.trim() !== '').map((one) => ({ name: one.name.trim(), value: one.value }))
}

export function toRequest(api: string, gateway: string, draft: RequestDraft): ConsoleRequest {
  return {
    api,
    gateway,
    method: draft.method as HttpMethod,
    path: draft.path,
    path_parameters: pairs(draft.pathParameters),
    query: pairs(draft.query),
    headers: pairs(draft.headers),
    body: bodyAllowed(draft.method) ? draft.body : '',
    application: draft.application,
  }
}

/** A sent request back into the form. */
export function fromHistory(detail: HistoryDetail): RequestDraft {
  const { request } = detail
  const to = (pair: Pair) => line(pair.name, pair.value)
  return {
    method: request.method,
    path: request.path,
    pathParameters: request.path_parameters.map((pair) => line(pair.name, pair.value, { required: true, declared: true })),
    query: request.query.map(to),
    headers: request.headers.map(to),
    body: request.body,
    contentType: request.headers.find((pair) => pair.name.toLowerCase() === 'content-type')?.value ?? '',
    application: request.application,
  }
}

export function bodyAllowed(method: string): boolean {
  return !['GET', 'HEAD', 'TRACE'].includes(method)
}

/** The address as it will be called, for reading only; the core builds the real one. */
export function preview(base: string | null, draft: RequestDraft): string {
  const values = new Map(draft.pathParameters.map((one) => [one.name, one.value]))
  const path = draft.path.replace(/\{([^{}]+)\}/g, (whole, name: string) => {
    const value = values.get(name.replace(/\+$/, ''))
    if (value === undefined || value === '') return whole
    return name.endsWith('+') ? value.split('/').map(encodeURIComponent).join('/') : encodeURIComponent(value)
  })
  const query = pairs(draft.query).map((one) => `${encodeURIComponent(one.name)}=${encodeURIComponent(one.value)}`)
  return `${(base ?? '').replace(/\/$/, '')}${path}${query.length > 0 ? `?${query.join('&')}` : ''}`
}

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/

/** What keeps the request from being sent, by line id; `body` for the body. */
export function problems(draft: RequestDraft | null): Map<number | 'body', string> {
  const found = new Map<number | 'body', string>()
  if (!draft) return found
  for (const one of draft.pathParameters) if (one.value === '') found.set(one.id, 'A path value cannot be empty')
  for (const one of draft.query) if (one.on && one.required && one.value === '') found.set(one.id, 'Required')
  for (const one of draft.headers) {
    if (!one.on || (one.name === '' && one.value === '')) continue
    if (!TOKEN.test(one.name.trim())) found.set(one.id, 'Not a header name')
    else if (/[\r\n]/.test(one.value)) found.set(one.id, 'A header is one line')
    else if (one.required && one.value === '') found.set(one.id, 'Required')
  }
  const json = draft.headers.some((one) => one.on && one.name.toLowerCase() === 'content-type' && /json/i.test(one.value))
  if (json && bodyAllowed(draft.method) && draft.body.trim() !== '') {
    try {
      JSON.parse(draft.body)
    } catch (error) {
      found.set('body', `Not JSON: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  return found
}

/** Problems that stop sending; a body that is no JSON is only said, for testing how a backend takes it. */
export function blocking(found: Map<number | 'body', string>): boolean {
  return [...found.keys()].some((key) => key !== 'body')
}
