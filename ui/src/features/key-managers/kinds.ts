/** What the providers are called. */
import type { KeyManagerKind } from '../../ipc'

export const KINDS: Record<KeyManagerKind, string> = {
  resident: 'Resident',
  oidc: 'OpenID Connect',
  auth0: 'Auth0',
  okta: 'Okta',
  'entra-id': 'Microsoft Entra ID',
  google: 'Google',
  cognito: 'Amazon Cognito',
  keycloak: 'Keycloak',
  wso2: 'WSO2',
}
