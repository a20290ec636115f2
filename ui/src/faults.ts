/**
 * The page's row for every fault code: how bad, what it is called, where help is.
 * The fault itself says what happened and what to do; this refuses to say it twice.
 */
import type { FaultRow } from './kit/types'
import type { FaultCode } from './ipc/generated'

const GATEWAYS = { label: 'Open gateways', href: '#/gateways' }
const KEY_MANAGERS = { label: 'Open key managers', href: '#/key-managers' }
const APPLICATIONS = { label: 'Open applications', href: '#/applications' }
const VAULT = { label: 'Open vault settings', href: '#/settings' }
const ACTIVITY = { label: 'Open activity', href: '#/activity' }
const APIS = { label: 'Open APIs', href: '#/apis' }

const error = (title: string, action: FaultRow['action'] = null): FaultRow => ({ severity: 'error', title, action })
const warning = (title: string, action: FaultRow['action'] = null): FaultRow => ({ severity: 'warning', title, action })
const info = (title: string, action: FaultRow['action'] = null): FaultRow => ({ severity: 'info', title, action })

export const faults: Record<FaultCode, FaultRow> = {
  'request.invalid': error('Something in the form is not right'),
  'request.unknown-command': error('The page and the app are of different versions'),
  'request.cancelled': info('Cancelled'),
  'catalog.unavailable': error('The catalog cannot be opened'),
  'catalog.newer-version': error('The catalog is from a newer Gatewright'),
  'catalog.damaged': error('The catalog is damaged'),
  'catalog.busy': warning('The catalog is busy'),
  'catalog.disk-full': error('The disk is full'),
  'catalog.duplicate-name': error('The name is taken'),
  'catalog.not-found': warning('It is no longer there'),
  'catalog.ambiguous-name': error('The name fits more than one'),
  'catalog.in-use': warning('It is still in use'),
  'catalog.changed-meanwhile': warning('It was changed meanwhile'),
  'vault.unavailable': error('No vault for secrets', VAULT),
  'vault.locked': warning('The vault is locked', VAULT),
  'vault.wrong-passphrase': error('Wrong passphrase'),
  'vault.missing-secret': error('The secret is not in the vault'),
  'vault.damaged': error('The vault file cannot be used', VAULT),
  'file.unreadable': error('The file cannot be read'),
  'file.unwritable': error('The file cannot be written'),
  'document.empty': error('The document is empty'),
  'document.too-large': error('The document is too large'),
  'document.malformed': error('The document is not valid YAML or JSON'),
  'document.hostile': error('The document was refused for safety'),
  'document.unsupported': error('Not an OpenAPI document Gatewright reads'),
  'document.unknown-operation': error('No such operation'),
  'document.duplicate-operation': error('The operation exists already'),
  'plan.refused': error('The gateway would refuse this'),
  'plan.unprotected-operation': error('An operation would be open'),
  'plan.too-many-resources': error('Too many resources for this gateway'),
  'policy.invalid': error('The policy does not fit'),
  'deploy.consent-needed': warning('This needs your consent'),
  'deploy.busy': warning('A deployment is under way', ACTIVITY),
  'deploy.stuck': error('Something was left behind', ACTIVITY),
  'deploy.interrupted': warning('A deployment was interrupted', ACTIVITY),
  'deploy.not-deployed': info('Not deployed there', APIS),
  'deploy.not-kept': info('Not kept there any more'),
  'deploy.no-canary': info('No canary of Gatewright’s there'),
  'network.unreachable': error('The network did not let it through'),
  'network.name-unknown': error('The host name is unknown'),
  'network.timeout': error('It took too long'),
  'network.tls': error('The secure connection failed'),
  'network.answer-too-large': error('The answer is too large'),
  'network.refused-address': error('This address is not allowed'),
  'network.bad-answer': error('The answer makes no sense'),
  'aws.wrong-credentials': error('AWS refused the credentials', GATEWAYS),
  'aws.expired-credentials': warning('The AWS session has expired', GATEWAYS),
  'aws.profile-unusable': error('The AWS profile cannot be used', GATEWAYS),
  'aws.permission-denied': error('AWS does not allow this identity to do it', GATEWAYS),
  'aws.clock-skew': error('The clock of this machine is off'),
  'aws.throttled': warning('AWS limits the rate of calls'),
  'aws.refused': error('AWS refused it'),
  'aws.conflict': warning('AWS is busy with the same API'),
  'aws.quota-reached': error('An AWS quota is reached'),
  'aws.unavailable': error('AWS had an internal error'),
  'aws.gone': warning('It is gone in AWS'),
  'aws.not-ready': warning('AWS is not ready yet'),
  'aws.unknown-region': error('Not an AWS region'),
  'aws.read-back-mismatch': error('The live API is not what was deployed', ACTIVITY),
  'local.port-in-use': error('The port is in use', GATEWAYS),
  'local.not-serving': warning('The local gateway is not running', GATEWAYS),
  'local.base-path-taken': error('The base path is taken'),
  'local.state-unusable': error('The local gateway cannot keep its state'),
  'identity.discovery-failed': error('Discovery failed', KEY_MANAGERS),
  'identity.client-refused': error('The key manager refused the client', APPLICATIONS),
  'identity.scope-refused': error('The key manager refused the scope or audience', APPLICATIONS),
  'identity.grant-refused': error('The key manager refused the grant', APPLICATIONS),
  'identity.sign-in-timeout': warning('Nobody signed in'),
  'identity.unsupported': error('The key manager cannot do this', KEY_MANAGERS),
  'identity.opaque-token': warning('The token cannot be read'),
  'app.home-unusable': error('The home folder cannot be used'),
  'app.defect': error('A defect in Gatewright'),
}
