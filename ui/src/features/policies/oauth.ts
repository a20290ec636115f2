/**
 * The OAuth policy as edited: who is trusted, which scopes, and what single operations ask for instead.
 * It refuses to decide what is in force: that is the core's word, read back after saving.
 */
import type { AwsAuthorizer, OauthPolicy, OperationPolicy, OperationSecurity } from '../../ipc/generated'

export type Choice = 'inherited' | 'public' | 'scopes'

export interface OperationChoice {
  operation: string
  choice: Choice
  /** As typed, separated by spaces. */
  scopes: string
}

export interface OauthDraft extends Record<string, unknown> {
  keyManager: string
  audience: string
  scopes: string
  aws: 'provision' | 'existing'
  lambdaArn: string
  invokeRoleArn: string
  ttl: string
  operations: OperationChoice[]
}

/** Scopes typed with spaces or commas, each once. */
export function scopeList(text: string): string[] {
  return [...new Set(text.split(/[\s,]+/).filter(Boolean))]
}

export const LAMBDA_ARN = /^arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:[A-Za-z0-9_-]{1,140}(:[A-Za-z0-9_$-]+)?$/
export const ROLE_ARN = /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]{1,576}$/
const SCOPE = /^[\x21\x23-\x5B\x5D-\x7E]+$/

export function draftOf(oauth: OauthPolicy | null, operations: OperationPolicy[], keyManagers: string[]): OauthDraft {
  return {
    keyManager: oauth?.key_manager ?? (keyManagers.length === 1 ? (keyManagers[0] ?? '') : ''),
    audience: oauth?.audience ?? '',
    scopes: oauth?.scopes.join(' ') ?? '',
    aws: oauth?.aws.kind ?? 'provision',
    lambdaArn: oauth?.aws.kind === 'existing' ? oauth.aws.lambda_arn : '',
    invokeRoleArn: oauth?.aws.kind === 'existing' ? (oauth.aws.invoke_role_arn ?? '') : '',
    ttl: String(oauth?.ttl_seconds ?? 300),
    operations: operations.map(({ operation, document_scopes }) => choiceOf(operation, oauth, document_scopes)),
  }
}

function choiceOf(operation: string, oauth: OauthPolicy | null, documentScopes: string[]): OperationChoice {
  const own = oauth?.operations[operation]
  if (own?.kind === 'public') return { operation, choice: 'public', scopes: '' }
  if (own) return { operation, choice: 'scopes', scopes: own.scopes.join(' ') }
  // A document that names scopes for an operation is the best first guess; the user sees and can change it.
  if (!oauth && documentScopes.length > 0) return { operation, choice: 'scopes', scopes: documentScopes.join(' ') }
  return { operation, choice: 'inherited', scopes: '' }
}

export function policyOf(draft: OauthDraft): OauthPolicy {
  const operations: Record<string, OperationSecurity> = {}
  for (const { operation, choice, scopes } of draft.operations) {
    if (choice === 'public') operations[operation] = { kind: 'public' }
    if (choice === 'scopes') operations[operation] = { kind: 'scopes', scopes: scopeList(scopes) }
  }
  const aws: AwsAuthorizer =
    draft.aws === 'provision'
      ? { kind: 'provision' }
      : { kind: 'existing', lambda_arn: draft.lambdaArn.trim(), invoke_role_arn: draft.invokeRoleArn.trim() || null }
  return {
    key_manager: draft.keyManager,
    audience: draft.audience.trim(),
    scopes: scopeList(draft.scopes),
    operations,
    aws,
    ttl_seconds: Number(draft.ttl),
  }
}

export function oauthErrors(draft: OauthDraft): Partial<Record<keyof OauthDraft & string, string>> {
  const errors: Partial<Record<keyof OauthDraft & string, string>> = {}
  if (draft.keyManager === '') errors.keyManager = 'Choose whose tokens count'
  if (draft.audience.trim() === '') errors.audience = 'An audience is needed: it keeps tokens made for other APIs out'
  const bad = scopeList(draft.scopes).find((scope) => !SCOPE.test(scope))
  if (bad !== undefined) errors.scopes = `${bad} is not a scope: no quotes and no backslashes`
  if (!/^\d+$/.test(draft.ttl.trim()) || Number(draft.ttl) > 3600) errors.ttl = 'A whole number of seconds from 0 to 3600'
  if (draft.aws === 'existing') {
    if (!LAMBDA_ARN.test(draft.lambdaArn.trim())) errors.lambdaArn = 'A function ARN: arn:aws:lambda:REGION:ACCOUNT:function:NAME'
    if (draft.invokeRoleArn.trim() !== '' && !ROLE_ARN.test(draft.invokeRoleArn.trim())) {
      errors.invokeRoleArn = 'A role ARN: arn:aws:iam::ACCOUNT:role/NAME'
    }
  }
  const wrong = draft.operations.find((one) => one.choice === 'scopes' && scopeProblem(one.scopes) !== undefined)
  if (wrong) errors.operations = `${wrong.operation}: ${scopeProblem(wrong.scopes) ?? ''}`
  return errors
}

/** What is wrong with the own scopes of one operation. None at all is a choice: any token will do. */
export function scopeProblem(text: string): string | undefined {
  const bad = scopeList(text).find((scope) => !SCOPE.test(scope))
  return bad === undefined ? undefined : `${bad} is not a scope`
}

/** Sets the same for many operations at once. */
export function bulk(operations: OperationChoice[], chosen: Set<string>, choice: Choice, scopes: string): OperationChoice[] {
  return operations.map((one) =>
    chosen.has(one.operation) ? { ...one, choice, scopes: choice === 'scopes' ? scopes : one.scopes } : one,
  )
}

export interface Tally {
  protected: number
  public: number
}

export function tally(operations: OperationChoice[]): Tally {
  const open = operations.filter((one) => one.choice === 'public').length
  return { protected: operations.length - open, public: open }
}

/** Operations that ask for a token now: what detaching opens. */
export function opened(operations: OperationPolicy[]): string[] {
  return operations.filter((one) => one.security.kind === 'token').map((one) => one.operation)
}

export function ttlWords(ttl: string): string {
  const seconds = Number(ttl)
  if (!/^\d+$/.test(ttl.trim())) return ''
  if (seconds === 0) return 'The function runs on every request: each revoked token stops at once, each request waits for it.'
  const span = seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`
  return `AWS reuses the answer for the same token for ${span}: fewer function runs, and a token that ends meanwhile may pass that long.`
}
