/** Request validation as edited. It refuses a policy that checks nothing: that is none. */
import type { ValidationPolicy } from '../../ipc/generated'

export interface ValidationDraft extends Record<string, unknown> {
  parameters: boolean
  body: boolean
}

export function validationDraft(policy: ValidationPolicy | null | undefined): ValidationDraft {
  return { parameters: policy?.parameters ?? false, body: policy?.body ?? false }
}

export function validationOf({ parameters, body }: ValidationDraft): ValidationPolicy | null {
  return parameters || body ? { parameters, body } : null
}
