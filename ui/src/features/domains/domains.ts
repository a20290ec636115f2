/** A base path of a custom domain as typed. It refuses schemes and deeper paths: a mapping has one part. */

export interface MappingDraft extends Record<string, unknown> {
  domain: string
  basePath: string
}

export function mappingErrors(draft: MappingDraft): Partial<Record<keyof MappingDraft & string, string>> {
  const errors: Partial<Record<keyof MappingDraft & string, string>> = {}
  const domain = draft.domain.trim()
  if (domain === '') errors.domain = 'The name of a domain that is there already'
  else if (/[/:]/.test(domain)) errors.domain = 'The name alone, without scheme and path, as api.example.com'
  else if (!/^(\*\.)?[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$/.test(domain)) errors.domain = `${domain} is not the name of a domain`
  if (!/^\/?[A-Za-z0-9$\-_.+!*'()]*$/.test(draft.basePath.trim())) errors.basePath = 'One part of a path without slashes, or nothing for all paths'
  return errors
}
