/** Words for who may call. It refuses to judge: the plan says what is protected. */
import type { RouteSecurity } from './ipc/generated'

/** What the document itself has AWS check, in a few words; empty when it has nothing checked. */
export function ownWord(security: RouteSecurity): string {
  if (security.kind !== 'own') return ''
  const words = { authorizer: 'authorizer', 'user-pools': 'user pools', iam: 'IAM', 'api-key': 'API key' }
  return security.schemes.map(({ kind, name }) => (kind === 'iam' || kind === 'api-key' ? words[kind] : `${words[kind]} ${name}`)).join(' and ')
}
