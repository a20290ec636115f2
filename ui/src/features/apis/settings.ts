/** Name, version, base path and backend of an API as typed. It refuses to ask the core whether a name is free. */
import type { Backend } from '../../ipc/generated'

export interface ApiSettings extends Record<string, unknown> {
  name: string
  version: string
  basePath: string
  backend: 'http' | 'mock'
  url: string
}

export function blankSettings(): ApiSettings {
  return { name: '', version: '1.0.0', basePath: '', backend: 'http', url: '' }
}

/** `/orders` for `Orders API`. */
export function basePathFor(name: string): string {
  const words = name
    .toLowerCase()
    .normalize('NFKD')
    .replace(/[^a-z0-9\s-]/g, '')
    .trim()
    .split(/[\s-]+/)
    .filter((word) => word !== '' && word !== 'api')
  return `/${words.join('-')}`
}

/** The version after this one: its last number grows by one. */
export function nextVersion(version: string): string {
  const match = /^(.*?)(\d+)(\D*)$/.exec(version)
  if (!match) return version === '' ? '1.0.0' : `${version}-2`
  return `${match[1] ?? ''}${Number(match[2]) + 1}${match[3] ?? ''}`
}

export function urlProblem(url: string): string | undefined {
  if (url.trim() === '') return 'An address is needed, for example https://orders.example.com'
  let parsed: URL
  try {
    parsed = new URL(url.trim())
  } catch {
    return 'Not an address: it begins with https:// or http://'
  }
  if (!/^https?:$/.test(parsed.protocol)) return 'Only https:// and http:// can be called'
  if (parsed.username !== '' || parsed.password !== '') return 'Leave user name and password out of the address'
  if (parsed.search !== '' || parsed.hash !== '') return 'A base address ends before ? and #'
  return undefined
}

export function basePathProblem(path: string): string | undefined {
  if (path === '') return undefined
  if (!path.startsWith('/')) return 'A base path begins with a slash'
  if (!/^\/[A-Za-z0-9._~\-/]*$/.test(path)) return 'Letters, digits and - . _ ~ / only'
  if (path.includes('//')) return 'Two slashes follow each other'
  if (path.length > 1 && path.endsWith('/')) return 'Leave the last slash out'
  return undefined
}

export function settingsErrors(settings: ApiSettings): Partial<Record<keyof ApiSettings & string, string>> {
  const errors: Partial<Record<keyof ApiSettings & string, string>> = {}
  const name = settings.name.trim()
  if (name === '') errors.name = 'A name is needed'
  else if (name.length > 120) errors.name = 'At most 120 characters'
  else if (name.includes('@')) errors.name = 'No @: it parts name and version on the command line'
  const version = settings.version.trim()
  if (version === '') errors.version = 'A version is needed, for example 1.0.0'
  else if (/\s|@/.test(version)) errors.version = 'No spaces and no @'
  const basePath = basePathProblem(settings.basePath.trim())
  if (basePath) errors.basePath = basePath
  if (settings.backend === 'http') {
    const url = urlProblem(settings.url)
    if (url) errors.url = url
  }
  return errors
}

export function backendOf(settings: ApiSettings): Backend {
  return settings.backend === 'mock' ? { kind: 'mock' } : { kind: 'http', url: settings.url.trim().replace(/\/+$/, '') }
}

export function backendWords(backend: Backend): string {
  return backend.kind === 'mock' ? 'mock answers' : backend.url
}
