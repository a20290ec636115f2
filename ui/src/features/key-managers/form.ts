/** What the key manager form holds and when it is right. It refuses to reach the network: the form asks the core. */
import type { Discovered, KeyManager, KeyManagerInput, KeyManagerKind, PresetRow } from '../../ipc'
import type { Errors } from '../../kit/form.svelte'

export interface KeyManagerValues extends Record<string, unknown> {
  kind: KeyManagerKind
  /** The issuer or discovery URL to ask. */
  url: string
  /** What a preset's template asks for. */
  fields: Record<string, string>
  name: string
  display_name: string
  issuer: string
  jwks_uri: string
  token_endpoint: string
  authorization_endpoint: string
  algorithms: string[]
}

const NAME = /^[a-z0-9][a-z0-9-]{0,62}$/

export function fresh(): KeyManagerValues {
  return {
    kind: 'oidc',
    url: '',
    fields: {},
    name: '',
    display_name: '',
    issuer: '',
    jwks_uri: '',
    token_endpoint: '',
    authorization_endpoint: '',
    algorithms: ['RS256'],
  }
}

export function ofKeyManager(from: KeyManager): KeyManagerValues {
  return {
    kind: from.kind,
    url: from.issuer,
    fields: {},
    name: from.name,
    display_name: from.display_name,
    issuer: from.issuer,
    jwks_uri: from.jwks_uri,
    token_endpoint: from.token_endpoint,
    authorization_endpoint: from.authorization_endpoint ?? '',
    algorithms: from.algorithms,
  }
}

/** The issuer a preset's fields make; `null` while one is missing. */
export function issuerOf(preset: PresetRow, fields: Record<string, string>): string | null {
  let complete = true
  const issuer = preset.issuer_template.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = (fields[name] ?? '').trim().replace(/^https?:\/\//, '').replace(/\/+$/, '')
    if (value === '') complete = false
    return value
  })
  return complete ? issuer : null
}

export function suggestedName(values: KeyManagerValues): string {
  if (!URL.canParse(values.url)) return values.kind === 'oidc' ? '' : values.kind
  const host = new URL(values.url).hostname
  const first = host.replace(/^(www|login|accounts|sso|auth|idp)\./, '').split('.')[0] ?? host
  const own = /^[\d.]+$|^localhost$/.test(host) ? 'local' : first
  const name = values.kind === 'oidc' ? own : values.kind === own || values.kind === 'google' ? values.kind : `${values.kind}-${own}`
  return name.toLowerCase().replace(/[^a-z0-9-]+/g, '-').replace(/^-+|-+$/g, '').slice(0, 63)
}

/** The fields as a discovery document fills them. */
export function filled(from: Discovered): Partial<KeyManagerValues> {
  return {
    issuer: from.issuer,
    jwks_uri: from.jwks_uri,
    token_endpoint: from.token_endpoint,
    authorization_endpoint: from.authorization_endpoint ?? '',
    algorithms: from.algorithms,
  }
}

export function check(values: KeyManagerValues): Errors<KeyManagerValues> {
  const errors: Errors<KeyManagerValues> = {}
  if (!NAME.test(values.name)) {
    errors.name = values.name === '' ? 'A key manager needs a name.' : 'Use lower-case letters, digits and hyphens, at most 63.'
  }
  if (values.url !== '' && !isHttp(values.url)) errors.url = 'An issuer starts with https:// (or http:// on this machine).'
  for (const name of ['issuer', 'jwks_uri', 'token_endpoint'] as const) {
    if (!isHttp(values[name])) errors[name] = 'An address starts with https:// (or http:// on this machine).'
  }
  if (values.issuer === '' && values.url === '') errors.url = 'Type the issuer, or the address of its discovery document.'
  if (values.authorization_endpoint !== '' && !isHttp(values.authorization_endpoint)) {
    errors.authorization_endpoint = 'An address starts with https:// (or http:// on this machine).'
  }
  if (values.algorithms.length === 0) errors.algorithms = 'Name at least one algorithm, for example RS256.'
  return errors
}

export function isHttp(text: string): boolean {
  return /^https?:\/\//.test(text) && URL.canParse(text)
}

export function inputOf(values: KeyManagerValues): KeyManagerInput {
  return {
    name: values.name,
    display_name: values.display_name,
    kind: values.kind,
    issuer: values.issuer,
    jwks_uri: values.jwks_uri,
    token_endpoint: values.token_endpoint,
    authorization_endpoint: values.authorization_endpoint === '' ? null : values.authorization_endpoint,
    algorithms: values.algorithms,
  }
}
