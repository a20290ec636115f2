// What AWS refuses or ignores in schemas (GW040 to GW060): models are JSON Schema draft 4, less what AWS lists as not
// supported. Part of check.mjs, and as independent of the compiler.

const KILOBYTE = 1024
/** Keywords of draft 4 that OpenAPI 3.0 has too, less `default`, `exclusiveMinimum` and `exclusiveMaximum` (GW045, GW047). */
const KEYWORDS = new Set([
  '$ref', 'type', 'format', 'title', 'description', 'enum', 'properties', 'additionalProperties', 'required', 'items',
  'allOf', 'anyOf', 'oneOf', 'not', 'multipleOf', 'maximum', 'minimum', 'maxLength', 'minLength', 'pattern',
  'maxItems', 'minItems', 'uniqueItems', 'maxProperties', 'minProperties',
])
const RULES = new Map(Object.entries({
  discriminator: 'GW042', example: 'GW043', examples: 'GW043', nullable: 'GW044', exclusiveMinimum: 'GW045',
  exclusiveMaximum: 'GW045', readOnly: 'GW046', writeOnly: 'GW046', default: 'GW047',
}))
const TYPES = new Set(['array', 'boolean', 'integer', 'number', 'object', 'string'])
const COMPOSITIONS = ['allOf', 'anyOf', 'oneOf']
const escape = (key) => key.replaceAll('~', '~0').replaceAll('/', '~1')

/** Tells what is wrong with a document's models and the schemas of its bodies and parameters. */
export function models(document, tell) {
  const schemas = document.components?.schemas ?? {}
  const bytes = Buffer.byteLength(JSON.stringify(schemas))
  if (Object.keys(schemas).length > 0 && bytes > 400 * KILOBYTE) tell('GW056', '/components/schemas', `${bytes} bytes of models`)
  for (const [name, model] of Object.entries(schemas)) schema(model, `/components/schemas/${escape(name)}`, tell)
  for (const [path, item] of Object.entries(document.paths ?? {})) {
    if (path.startsWith('x-')) continue
    const at = `/paths/${escape(path)}`
    declared(item.parameters, at, tell)
    for (const [method, operation] of Object.entries(item)) {
      if (method === 'parameters' || operation === null || typeof operation !== 'object') continue
      const place = `${at}/${method}`
      declared(operation.parameters, place, tell)
      content(operation.requestBody?.content, `${place}/requestBody/content`, false, tell)
      for (const [status, response] of Object.entries(operation.responses ?? {})) {
        const answer = `${place}/responses/${status}`
        content(response?.content, `${answer}/content`, true, tell)
        for (const [name, header] of Object.entries(response?.headers ?? {})) {
          if (header?.schema) schema(header.schema, `${answer}/headers/${escape(name)}/schema`, tell)
        }
      }
    }
  }
}

function declared(parameters, at, tell) {
  for (const [index, parameter] of (parameters ?? []).entries()) {
    if (parameter?.schema) schema(parameter.schema, `${at}/parameters/${index}/schema`, tell)
  }
}

function content(types, at, answers, tell) {
  for (const [name, media] of Object.entries(types ?? {})) {
    const place = `${at}/${escape(name)}`
    if (!media?.schema) continue
    if (!/^application\/json(;|$)/.test(name)) tell('GW055', place, 'a model for what is not JSON')
    if (media.example !== undefined || media.examples !== undefined) tell('GW043', place, 'has an example')
    if (answers && media.schema.$ref === undefined && media.schema.type !== 'object') {
      tell('GW053', `${place}/schema`, `type '${media.schema.type}' of an answer, written in place`)
    }
    schema(media.schema, `${place}/schema`, tell)
  }
}

/** Walks one schema; a reference is not followed, its model is walked by itself. */
function schema(root, at, tell) {
  const stack = [[root, at]]
  const push = (value, place) => stack.push([value, place])
  while (stack.length > 0) {
    const [value, place] = stack.pop()
    if (value === true || value === false) {
      if (!place.endsWith('/additionalProperties')) tell('GW041', place, 'a boolean for a schema')
      continue
    }
    if (value === null || typeof value !== 'object' || Array.isArray(value)) {
      tell('GW041', place, 'no schema')
      continue
    }
    keywords(value, place, tell)
    for (const [name, inner] of Object.entries(value.properties ?? {})) push(inner, `${place}/properties/${escape(name)}`)
    for (const key of COMPOSITIONS) {
      for (const [index, inner] of (value[key] ?? []).entries()) push(inner, `${place}/${key}/${index}`)
    }
    for (const key of ['items', 'not', 'additionalProperties']) {
      if (value[key] !== undefined) push(value[key], `${place}/${key}`)
    }
  }
}

function keywords(value, at, tell) {
  for (const key of Object.keys(value)) {
    if (!KEYWORDS.has(key)) tell(RULES.get(key) ?? 'GW041', at, `keyword '${key}'`)
  }
  if (value.$ref !== undefined) {
    if (!/^#\/components\/schemas\/[A-Za-z0-9]+$/.test(value.$ref)) tell('GW060', at, `'${value.$ref}' is no model`)
    if (Object.keys(value).length > 1) tell('GW048', at, 'has more beside its reference')
    return
  }
  if (value.type !== undefined && !TYPES.has(value.type)) tell('GW041', at, `type ${JSON.stringify(value.type)}`)
  if (value.type === 'array' && value.items === undefined) tell('GW041', at, 'an array without items')
  if (value.type === 'number' && /^int(32|64)$/.test(value.format)) tell('GW051', at, `number of format ${value.format}`)
  if (value.format === 'decimal') tell('GW052', at, 'format decimal')
  if (value.required !== undefined && !(Array.isArray(value.required) && value.required.length > 0)) tell('GW041', at, "an empty 'required'")
  if (value.enum !== undefined && !(Array.isArray(value.enum) && value.enum.length > 0)) tell('GW041', at, "an empty 'enum'")
  for (const key of COMPOSITIONS) {
    if (value[key] === undefined) continue
    if (!Array.isArray(value[key]) || value[key].length === 0) tell('GW041', at, `an empty '${key}'`)
    else if (value[key].some((part) => part?.$ref !== undefined)) tell('GW048', at, `'${key}' with a reference in it`)
  }
}
