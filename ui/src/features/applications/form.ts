/** What the application form holds and when it is right. It refuses to show a stored secret. */
import type { Application, ApplicationInput, ClientAuthentication } from '../../ipc'
import type { Errors } from '../../kit/form.svelte'

export interface ApplicationValues extends Record<string, unknown> {
  name: string
  key_manager: string
  client_id: string
  authentication: ClientAuthentication
  secret: string
  scopes: string[]
  audience: string
}

const NAME = /^[a-z0-9][a-z0-9-]{0,62}$/

export const AUTHENTICATION: Record<ClientAuthentication, { label: string; hint: string }> = {
  client_secret_basic: { label: 'Secret, as HTTP Basic', hint: 'What most providers expect.' },
  client_secret_post: { label: 'Secret, in the form', hint: 'For providers that ask for client_secret_post.' },
  none: { label: 'Public client', hint: 'No secret; signs people in with PKCE only.' },
}

export function fresh(keyManager: string): ApplicationValues {
  return {
    name: '',
    key_manager: keyManager,
    client_id: '',
    authentication: 'client_secret_basic',
    secret: '',
    scopes: [],
    audience: '',
  }
}

export function ofApplication(from: Application): ApplicationValues {
  return {
    name: from.name,
    key_manager: from.key_manager,
    client_id: from.client_id,
    authentication: from.authentication,
    secret: '',
    scopes: from.scopes,
    audience: from.audience ?? '',
  }
}

/** `resident` makes id and secret by itself; `stored` keeps what is there. */
export function check(values: ApplicationValues, known: { resident: boolean; stored: boolean }): Errors<ApplicationValues> {
  const errors: Errors<ApplicationValues> = {}
  if (!NAME.test(values.name)) {
    errors.name = values.name === '' ? 'An application needs a name.' : 'Use lower-case letters, digits and hyphens, at most 63.'
  }
  if (values.key_manager === '') errors.key_manager = 'Choose where it is registered.'
  if (!known.resident && values.client_id.trim() === '') errors.client_id = 'The key manager shows it where the client is registered.'
  const needsSecret = values.authentication !== 'none' && !known.resident && !known.stored
  if (needsSecret && values.secret === '') errors.secret = 'A client that proves itself needs its secret.'
  return errors
}

export function inputOf(values: ApplicationValues): ApplicationInput {
  return {
    name: values.name,
    key_manager: values.key_manager,
    client_id: values.client_id.trim(),
    authentication: values.authentication,
    secret: values.secret === '' || values.authentication === 'none' ? null : values.secret,
    scopes: values.scopes,
    audience: values.audience.trim() === '' ? null : values.audience.trim(),
  }
}
