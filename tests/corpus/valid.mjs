// Whether a document is OpenAPI 3.0 by a validator that others wrote. Refuses to know anything of AWS.
import { load } from './documents.mjs'

/** A function that gives what is wrong with a document, as `[{ at, message }]`; compiling the schema once is its point. */
export async function validator() {
  const { Validator } = await load('@seriousme/openapi-schema-validator')
  const one = new Validator()
  return async (document) => {
    rename(document)
    const { valid, errors } = await one.validate(document)
    if (valid) return []
    if (typeof errors === 'string') return [{ at: '', message: errors }]
    return errors.map(({ instancePath, message, params }) => ({ at: instancePath, message: `${message} ${JSON.stringify(params)}` }))
  }
}

/** It takes a property that is named $id or $ref for an id or a reference, which only text can be: such get another name. */
function rename(document) {
  const stack = [document]
  while (stack.length > 0) {
    const value = stack.pop()
    for (const name of ['$id', '$ref']) {
      if (value[name] === null || typeof value[name] !== 'object') continue
      value[`named${name}`] = value[name]
      delete value[name]
    }
    for (const inner of Object.values(value)) if (inner !== null && typeof inner === 'object') stack.push(inner)
  }
}
