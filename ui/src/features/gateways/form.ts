/** What the gateway form holds, when it is right, and what it asks of the core. It refuses to keep secrets anywhere else. */
import type { CredentialsInput, EndpointType, Gateway, GatewayKind, TargetInput } from '../../ipc'
import type { Errors } from '../../kit/form.svelte'

export type CredentialsFrom = 'profile' | 'access-key' | 'keep'

export interface GatewayValues extends Record<string, unknown> {
  kind: GatewayKind
  name: string
  display_name: string
  description: string
  production: boolean
  region: string
  stage: string
  endpoint_type: EndpointType
  endpoint_url: string
  from: CredentialsFrom
  profile: string
  access_key_id: string
  secret_access_key: string
  session_token: string
  port: string
}

export const NAME = /^[a-z0-9][a-z0-9-]{0,62}$/
const STAGE = /^[A-Za-z0-9_-]{1,128}$/

export function fresh(kind: GatewayKind): GatewayValues {
  return {
    kind,
    name: '',
    display_name: '',
    description: '',
    production: false,
    region: '',
    stage: 'dev',
    endpoint_type: 'REGIONAL',
    endpoint_url: '',
    from: 'profile',
    profile: '',
    access_key_id: '',
    secret_access_key: '',
    session_token: '',
    port: '',
  }
}

export function ofGateway(gateway: Gateway): GatewayValues {
  const values = {
    ...fresh(gateway.target.kind),
    name: gateway.name,
    display_name: gateway.display_name,
    description: gateway.description,
    production: gateway.production,
  }
  const { target } = gateway
  if (target.kind === 'local') return { ...values, port: String(target.port) }
  return {
    ...values,
    region: target.region,
    stage: target.stage,
    endpoint_type: target.endpoint_type,
    endpoint_url: target.endpoint_url ?? '',
    from: target.credentials.from === 'profile' ? 'profile' : 'keep',
    profile: target.credentials.from === 'profile' ? target.credentials.profile : '',
  }
}

/** A name for who did not type one, and that no other has: `dev-eu-west-1`, `local-2`. */
export function suggestedName(values: GatewayValues, taken: readonly string[] = []): string {
  const parts = values.kind === 'local' ? ['local'] : [values.stage, values.region]
  const name = parts
    .join('-')
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60)
  if (!taken.includes(name)) return name
  let nth = 2
  while (taken.includes(`${name}-${nth}`)) nth += 1
  return `${name}-${nth}`
}

export function check(values: GatewayValues): Errors<GatewayValues> {
  const errors: Errors<GatewayValues> = {}
  if (!NAME.test(values.name)) {
    errors.name = values.name === '' ? 'A gateway needs a name.' : 'Use lower-case letters, digits and hyphens, at most 63.'
  }
  if (values.kind === 'local') {
    const port = Number(values.port)
    if (values.port !== '' && !(Number.isInteger(port) && port >= 1024 && port <= 65535)) {
      errors.port = 'A port is a number from 1024 to 65535.'
    }
    return errors
  }
  if (values.region.trim() === '') errors.region = 'Choose the region the API runs in.'
  if (!STAGE.test(values.stage)) errors.stage = 'Use letters, digits, hyphens and underscores, at most 128.'
  if (values.endpoint_url !== '' && !isHttp(values.endpoint_url)) {
    errors.endpoint_url = 'An address starts with http:// or https://.'
  }
  if (values.from === 'profile' && values.profile.trim() === '') errors.profile = 'Choose a profile, or use an access key.'
  if (values.from === 'access-key') {
    if (!/^[A-Z0-9]{16,128}$/.test(values.access_key_id.trim())) {
      errors.access_key_id = 'An access key id has 16 to 128 capital letters and digits.'
    }
    if (values.secret_access_key.trim() === '') errors.secret_access_key = 'The secret that goes with the key id is missing.'
  }
  return errors
}

export function isHttp(text: string): boolean {
  return /^https?:\/\//.test(text) && URL.canParse(text)
}

export function targetOf(values: GatewayValues): TargetInput {
  if (values.kind === 'local') return { kind: 'local', port: values.port === '' ? null : Number(values.port) }
  return {
    kind: 'aws',
    region: values.region.trim(),
    stage: values.stage,
    endpoint_type: values.endpoint_type,
    endpoint_url: values.endpoint_url === '' ? null : values.endpoint_url,
    credentials: credentialsOf(values),
  }
}

function credentialsOf(values: GatewayValues): CredentialsInput {
  switch (values.from) {
    case 'keep':
      return { from: 'keep' }
    case 'profile':
      return { from: 'profile', profile: values.profile.trim() }
    case 'access-key':
      return {
        from: 'access-key',
        access_key_id: values.access_key_id.trim(),
        secret_access_key: values.secret_access_key.trim(),
        session_token: values.session_token.trim() === '' ? null : values.session_token.trim(),
      }
  }
}
