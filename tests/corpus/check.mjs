// What AWS API Gateway refuses in a document it is to import, written from AWS's rules (GW…) and not from the compiler, of
// which this shares no line. Judges one compiled document; refuses to judge OpenAPI itself: valid.mjs does.
import { models } from './check-models.mjs'

const MEGABYTE = 1024 * 1024
const METHODS = new Set(['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'x-amazon-apigateway-any-method'])
const INTEGRATIONS = new Set(['http', 'http_proxy', 'aws', 'aws_proxy', 'mock'])
const ITEM_FIELDS = new Set(['parameters', 'summary', 'description'])
const NAME = /^[A-Za-z0-9]+$/
const LITERAL = /^[A-Za-z0-9_\-.,:]+$/
const VARIABLE = /^\{([A-Za-z0-9_\-.,:]+)\+?\}$/
const escape = (key) => key.replaceAll('~', '~0').replaceAll('/', '~1')

/** Everything wrong with a compiled document: `[{ rule, at, message }]`. `bytes` is its size as it would be sent. */
export function check(document, bytes) {
  const found = []
  const tell = (rule, at, message) => found.push({ rule, at, message })
  if (!/^3\.0\.\d+$/.test(document.openapi ?? '')) tell('GW001', '/openapi', `version ${document.openapi}`)
  if (bytes > 6 * MEGABYTE) tell('GW003', '', `${bytes} bytes`)
  if (document.webhooks) tell('GW008', '/webhooks', 'webhooks')
  paths(document, tell)
  schemes(document, tell)
  references(document, tell)
  models(document, tell)
  return found
}

function paths(document, tell) {
  const resources = new Set()
  const variableBelow = new Map()
  const ids = new Map()
  let operations = 0
  for (const [path, item] of Object.entries(document.paths ?? {})) {
    if (path.startsWith('x-')) continue
    const at = `/paths/${escape(path)}`
    if (!path.startsWith('/')) tell('GW010', at, 'does not start with a slash')
    if (path !== '/' && (path.endsWith('/') || path.includes('//'))) tell('GW017', at, 'has an empty segment')
    segments(path, at, resources, variableBelow, tell)
    for (const [key, value] of Object.entries(item)) {
      if (METHODS.has(key)) {
        operations += 1
        operation(document, path, item, value, `${at}/${key}`, tell)
        if (value.operationId !== undefined) {
          const first = ids.get(value.operationId)
          if (first) tell('operation-id', `${at}/${key}`, `'${value.operationId}' is also that of ${first}`)
          ids.set(value.operationId, `${at}/${key}`)
        }
      } else if (!ITEM_FIELDS.has(key) && !key.startsWith('x-')) {
        tell('GW021', `${at}/${key}`, 'no method of AWS')
      }
    }
  }
  if (resources.size > 300) tell('GW015', '/paths', `${resources.size} resources`)
  if (operations === 0) tell('GW006', '/paths', 'no operations')
}

function segments(path, at, resources, variableBelow, tell) {
  let parent = ''
  const all = path.split('/').filter(Boolean)
  all.forEach((segment, index) => {
    const variable = VARIABLE.test(segment)
    if (!variable && /[{}]/.test(segment)) tell('GW011', at, `segment '${segment}'`)
    else if (!variable && !LITERAL.test(segment)) tell('GW010', at, `segment '${segment}'`)
    if (variable && segment.endsWith('+}') && index < all.length - 1) tell('GW013', at, `goes on after '${segment}'`)
    if (variable) {
      const first = variableBelow.get(parent)
      if (first !== undefined && first !== segment) tell('GW012', at, `${parent}/ has ${first} and ${segment}`)
      variableBelow.set(parent, first ?? segment)
    }
    parent += `/${segment}`
    resources.add(parent)
  })
}

function operation(document, path, item, operation, at, tell) {
  for (const field of ['callbacks', 'servers']) {
    if (operation[field] !== undefined) tell('GW008', `${at}/${field}`, `'${field}' means nothing to AWS`)
  }
  const declared = parameters(document, path, item, operation, at, tell)
  const answers = responses(document, operation, at, tell)
  security(document, operation, at, tell)
  const integration = operation['x-amazon-apigateway-integration']
  if (!integration || typeof integration !== 'object') {
    tell('GW020', at, 'has no integration')
    return
  }
  integrated(integration, `${at}/x-amazon-apigateway-integration`, declared, answers, tell)
  const validator = operation['x-amazon-apigateway-request-validator']
  if (validator !== undefined && !document['x-amazon-apigateway-request-validators']?.[validator]) {
    tell('request-validator', at, `'${validator}' is not declared`)
  }
}

function parameters(document, path, item, operation, at, tell) {
  const merged = new Map()
  for (const list of [item.parameters ?? [], operation.parameters ?? []]) {
    for (const written of list) {
      const parameter = target(document, written)
      if (!parameter) continue // `references` tells of it
      merged.set(`${parameter.in} ${parameter.name}`, parameter)
    }
  }
  const byName = new Map()
  const declared = { path: new Set(), query: new Set(), header: new Set() }
  for (const parameter of merged.values()) {
    const { name, in: where } = parameter
    if (!declared[where]) {
      tell('GW032', at, `parameter '${name}' in ${where}`)
      continue
    }
    // Header names are compared as written: AWS's own check is.
    if (byName.has(name)) tell('GW031', at, `'${name}' in ${byName.get(name)} and in ${where}`)
    byName.set(name, where)
    declared[where].add(name)
    if (parameter.content) tell('GW030', at, `parameter '${name}' is described by 'content'`)
    if (where === 'path' && parameter.required !== true) tell('path-parameter', at, `'${name}' is not required`)
  }
  const variables = new Set(path.split('/').map((segment) => VARIABLE.exec(segment)?.[1]).filter(Boolean))
  for (const name of variables) if (!declared.path.has(name)) tell('path-parameter', at, `'${name}' is not declared`)
  for (const name of declared.path) if (!variables.has(name)) tell('path-parameter', at, `'${name}' is not in the path`)
  return declared
}

/** `status -> names of declared headers`. */
function responses(document, operation, at, tell) {
  const declared = new Map()
  for (const [status, response] of Object.entries(operation.responses ?? {})) {
    if (status.startsWith('x-')) continue
    if (!/^[1-5]\d\d$/.test(status)) tell('GW070', `${at}/responses/${status}`, 'no status AWS takes')
    if (response.$ref !== undefined) tell('GW071', `${at}/responses/${status}`, 'is a reference')
    if (response.links !== undefined) tell('GW008', `${at}/responses/${status}/links`, 'links')
    const headers = Object.keys(target(document, response)?.headers ?? {})
    declared.set(status, new Set(headers.map((name) => name.toLowerCase())))
  }
  return declared
}

function security(document, operation, at, tell) {
  if (!Array.isArray(operation.security)) {
    tell('GW074', at, "has no 'security' of its own")
    return
  }
  const schemes = document.components?.securitySchemes ?? {}
  for (const requirement of operation.security) {
    for (const name of Object.keys(requirement)) {
      if (!schemes[name]) tell('GW073', at, `scheme '${name}' is not declared`)
    }
  }
  const authorizers = operation.security.flatMap(Object.keys).filter((name) => schemes[name]?.['x-amazon-apigateway-authorizer'])
  if (new Set(authorizers).size > 1) tell('GW075', at, 'names several authorizers')
}

function schemes(document, tell) {
  for (const [name, scheme] of Object.entries(document.components?.securitySchemes ?? {})) {
    const at = `/components/securitySchemes/${escape(name)}`
    const { type, in: where, 'x-amazon-apigateway-authtype': authtype, 'x-amazon-apigateway-authorizer': authorizer } = scheme
    if (type !== 'apiKey') tell('GW073', at, `type '${type}'`)
    if (!scheme.name || where !== 'header') tell('GW073', at, 'is not in a named header')
    if (authtype === undefined && scheme.name?.toLowerCase() !== 'x-api-key') tell('GW073', at, 'has no authorizer')
    if (authtype === undefined) continue
    if (!authorizer) {
      if (authtype !== 'awsSigv4') tell('GW073', at, `'${authtype}' without an authorizer`)
    } else if (authorizer.type === 'cognito_user_pools') {
      if (!authorizer.providerARNs?.length) tell('GW077', at, 'names no user pool')
    } else if (!/^arn:[^:]+:apigateway:[^:]+:lambda:path\//.test(authorizer.authorizerUri ?? '')) {
      tell('GW077', at, `asks '${authorizer.authorizerUri}'`)
    } else if (authorizer.type === 'request' && !authorizer.identitySource && authorizer.authorizerResultTtlInSeconds !== 0) {
      tell('GW078', at, 'keeps answers without an identity source')
    }
  }
}

function integrated(integration, at, declared, answers, tell) {
  const { type, uri, httpMethod, requestParameters, responses: mapped } = integration
  const kind = String(type).toLowerCase()
  if (!INTEGRATIONS.has(kind)) tell('GW020', at, `type '${type}'`)
  if (kind.startsWith('http')) {
    if (!/^https?:\/\/[^/\s?#]+(\/[^\s?#]*)?(\?[^\s#]*)?$/.test(uri ?? '')) tell('GW025', at, `goes to '${uri}'`)
    for (const [, name] of String(uri).matchAll(/\{([^}]*)\}/g)) {
      if (requestParameters?.[`integration.request.path.${name}`] === undefined) tell('GW022', at, `'{${name}}' of its URI is mapped from nothing`)
    }
  }
  if (kind.startsWith('aws') && !/^arn:[^:]+:apigateway:[^:]+:[^:]+:(path|action)\//.test(uri ?? '')) tell('GW026', at, `goes to '${uri}'`)
  if (kind !== 'mock' && !httpMethod) tell('GW025', at, "has no 'httpMethod'")
  for (const [to, from] of Object.entries(requestParameters ?? {})) {
    if (typeof from !== 'string') {
      tell('GW023', at, `${to} is ${JSON.stringify(from)}`)
      continue
    }
    if (!/^integration\.request\.(path|querystring|header)\.\S+$/.test(to)) tell('GW022', at, `maps to '${to}'`)
    if (!source(from, declared)) tell('GW022', at, `maps from '${from}', which is not declared`)
  }
  for (const [pattern, response] of Object.entries(mapped ?? {})) {
    const headers = answers.get(String(response.statusCode))
    if (!headers) tell('GW024', at, `answers ${response.statusCode}, which is not declared`)
    for (const to of Object.keys(response.responseParameters ?? {})) {
      const name = /^method\.response\.header\.(.+)$/.exec(to)?.[1]
      if (!name || !headers?.has(name.toLowerCase())) tell('GW024', `${at}/responses/${escape(pattern)}`, `fills '${to}', which is not declared`)
    }
  }
}

/** Whether a mapping may read from there. */
function source(from, declared) {
  if (/^'[^']*'$/.test(from) || /^(context|stageVariables)\.\S+$/.test(from) || /^method\.request\.body/.test(from)) return true
  const match = /^method\.request\.(path|querystring|multivaluequerystring|header|multivalueheader)\.(.+)$/.exec(from)
  if (!match) return false
  const where = { querystring: 'query', multivaluequerystring: 'query', multivalueheader: 'header' }[match[1]] ?? match[1]
  return declared[where].has(match[2])
}

/** No reference leads out of the document or to nothing. */
function references(document, tell) {
  const stack = [[document, '']]
  while (stack.length > 0) {
    const [value, at] = stack.pop()
    if (value === null || typeof value !== 'object') continue
    // `properties` may have one named $ref; only text refers.
    if (typeof value.$ref === 'string') {
      if (!value.$ref.startsWith('#/')) tell('GW004', at, `refers to '${value.$ref}'`)
      else if (target(document, value) === undefined) tell('GW060', at, `'${value.$ref}' leads nowhere`)
    }
    for (const [key, inner] of Object.entries(value)) {
      // An integration is AWS's own; its templates may hold anything.
      if (key !== 'x-amazon-apigateway-integration' && typeof inner === 'object') stack.push([inner, `${at}/${escape(key)}`])
    }
  }
  for (const name of Object.keys(document.components?.schemas ?? {})) {
    if (!NAME.test(name)) tell('GW040', `/components/schemas/${escape(name)}`, 'model name')
  }
}

function target(document, value) {
  if (typeof value?.$ref !== 'string') return value
  let node = document
  for (const step of value.$ref.slice(2).split('/')) {
    node = node?.[decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~')]
  }
  return node
}
