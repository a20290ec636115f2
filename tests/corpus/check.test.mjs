// That the judges of the corpus run can say no: one good document, and each way to spoil it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { check } from './check.mjs'
import { obstacles, operations } from './obstacles.mjs'

function good() {
  const integration = (uri, requestParameters) => ({ type: 'http_proxy', httpMethod: 'GET', uri, requestParameters })
  return {
    openapi: '3.0.1',
    info: { title: 'Pets', version: '1' },
    paths: {
      '/pets': {
        get: {
          operationId: 'list',
          security: [],
          parameters: [{ name: 'limit', in: 'query', schema: { type: 'integer' } }],
          responses: { 200: { description: 'All', headers: { 'X-Next': { schema: { type: 'string' } } }, content: { 'application/json': { schema: { $ref: '#/components/schemas/Pets' } } } } },
          'x-amazon-apigateway-integration': {
            ...integration('https://pets.example.test/pets', { 'integration.request.querystring.limit': 'method.request.querystring.limit' }),
            responses: { default: { statusCode: '200', responseParameters: { 'method.response.header.X-Next': 'integration.response.header.X-Next' } } },
          },
        },
      },
      '/pets/{id}': {
        get: {
          security: [{ gatewright: [] }],
          parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }],
          responses: { 200: { description: 'One' } },
          'x-amazon-apigateway-integration': integration('https://pets.example.test/pets/{id}', { 'integration.request.path.id': 'method.request.path.id' }),
        },
      },
    },
    components: {
      schemas: {
        Pets: { type: 'array', items: { $ref: '#/components/schemas/Pet' } },
        Pet: { type: 'object', required: ['name'], properties: { name: { type: 'string' }, $ref: { type: 'string' } } },
      },
      securitySchemes: {
        gatewright: {
          type: 'apiKey',
          name: 'Unused',
          in: 'header',
          'x-amazon-apigateway-authtype': 'custom',
          'x-amazon-apigateway-authorizer': {
            type: 'request',
            identitySource: 'method.request.header.Authorization',
            authorizerUri: 'arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/f/invocations',
          },
        },
      },
    },
  }
}
const rules = (document, bytes = 1_000) => [...new Set(check(document, bytes).map(({ rule }) => rule))].sort()
const list = (document) => document.paths['/pets'].get
const one = (document) => document.paths['/pets/{id}'].get
const models = (document) => document.components.schemas
const rename = (document, to) => {
  document.paths[to] = document.paths['/pets/{id}']
  delete document.paths['/pets/{id}']
}

test('a good document has nothing wrong', () => assert.deepEqual(check(good(), 1_000), []))

const SPOILT = {
  'GW001 another version': (d) => (d.openapi = '3.1.0'),
  'GW004 a reference to another file': (d) => (models(d).Pet.properties.name = { $ref: 'other.json#/a' }),
  'GW006 no operations': (d) => (d.paths = {}),
  'GW008 callbacks': (d) => (list(d).callbacks = {}),
  'GW010 a character': (d) => (d.paths['/@me'] = { get: structuredClone(list(good())) }),
  'GW010 a fragment': (d) => (d.paths['/pets#all'] = { get: structuredClone(list(good())) }),
  'GW011 a variable in part': (d) => rename(d, '/pets/{id}.json'),
  'GW012 sibling variables': (d) => (d.paths['/pets/{name}/x'] = { get: { ...one(good()), parameters: [{ name: 'name', in: 'path', required: true }] } }),
  'GW013 a child of a greedy variable': (d) => rename(d, '/pets/{id+}/x'),
  'GW015 too many resources': (d) => {
    for (let i = 0; i < 300; i++) d.paths[`/r${i}`] = {}
  },
  'GW017 a slash at the end': (d) => (d.paths['/pets/'] = {}),
  'GW020 no integration': (d) => delete list(d)['x-amazon-apigateway-integration'],
  'GW021 a method AWS has not': (d) => (d.paths['/pets'].trace = list(good())),
  'GW022 a mapping from nothing': (d) => (list(d).parameters = []),
  'GW023 a mapping that is no text': (d) => (list(d)['x-amazon-apigateway-integration'].requestParameters['integration.request.header.A'] = true),
  'GW024 a header that is not declared': (d) => delete list(d).responses[200].headers,
  'GW025 no address': (d) => (list(d)['x-amazon-apigateway-integration'].uri = '/pets'),
  'GW026 no path in the ARN': (d) => (list(d)['x-amazon-apigateway-integration'] = { type: 'aws', httpMethod: 'POST', uri: 'arn:aws:sns:eu-west-1:1:t' }),
  'GW031 one name in two places': (d) => one(d).parameters.push({ name: 'id', in: 'query' }),
  'GW032 a cookie': (d) => list(d).parameters.push({ name: 'session', in: 'cookie' }),
  'GW040 a model name': (d) => (models(d).pet_name = { type: 'object' }),
  'GW041 a keyword of later drafts': (d) => (models(d).Pet.const = 1),
  'GW041 several types': (d) => (models(d).Pet.type = ['object', 'null']),
  'GW042 discriminator': (d) => (models(d).Pet.discriminator = { propertyName: 'name' }),
  'GW043 example': (d) => (models(d).Pet.properties.name.example = 'Rex'),
  'GW044 nullable': (d) => (models(d).Pet.nullable = true),
  'GW045 exclusiveMinimum': (d) => (models(d).Pet.properties.name = { type: 'number', exclusiveMinimum: true }),
  'GW046 readOnly': (d) => (models(d).Pet.readOnly = true),
  'GW047 default': (d) => (models(d).Pet.default = {}),
  'GW048 a reference in a composition': (d) => (models(d).Pet.allOf = [{ $ref: '#/components/schemas/Pets' }]),
  'GW048 something beside a reference': (d) => (models(d).Pet.properties.name = { $ref: '#/components/schemas/Pets', description: 'x' }),
  'GW051 a number of integers': (d) => (models(d).Pet.properties.name = { type: 'number', format: 'int64' }),
  'GW052 decimal': (d) => (models(d).Pet.properties.name.format = 'decimal'),
  'GW053 a primitive answer': (d) => (list(d).responses[200].content['application/json'].schema = { type: 'string' }),
  'GW055 a model for XML': (d) => (list(d).requestBody = { content: { 'application/xml': { schema: { type: 'object' } } } }),
  'GW056 large models': (d) => (models(d).Pet.description = 'x'.repeat(410 * 1024)),
  'GW060 a reference to nothing': (d) => (models(d).Pet.properties.name = { $ref: '#/components/schemas/None' }),
  'GW070 default': (d) => (list(d).responses.default = { description: 'x' }),
  'GW071 a referenced answer': (d) => {
    d.components.responses = { Ok: { description: 'x' } }
    one(d).responses[200] = { $ref: '#/components/responses/Ok' }
  },
  'GW073 another kind of scheme': (d) => (d.components.securitySchemes.gatewright.type = 'oauth2'),
  'GW073 no authorizer': (d) => delete d.components.securitySchemes.gatewright['x-amazon-apigateway-authorizer'],
  'GW074 security left to the root': (d) => delete one(d).security,
  'GW077 no function': (d) => (d.components.securitySchemes.gatewright['x-amazon-apigateway-authorizer'].authorizerUri = 'f'),
  'GW078 no identity source': (d) => delete d.components.securitySchemes.gatewright['x-amazon-apigateway-authorizer'].identitySource,
  'operation-id twice': (d) => (one(d).operationId = 'list'),
  'path-parameter that is not declared': (d) => rename(d, '/pets/{other}'),
  'request-validator that is not declared': (d) => (list(d)['x-amazon-apigateway-request-validator'] = 'all'),
}
for (const [name, spoil] of Object.entries(SPOILT)) {
  test(name, () => {
    const document = good()
    spoil(document)
    assert.ok(rules(document).includes(name.split(' ')[0]), `${rules(document)}`)
  })
}
test('GW003 more than 6 MB', () => assert.deepEqual(rules(good(), 6 * 1024 * 1024 + 1), ['GW003']))

test('obstacles of a source are found, each kind by itself', () => {
  const kinds = (...paths) => [...obstacles({ paths: Object.fromEntries(paths.map((path) => [path, {}])) }).keys()]
  assert.deepEqual(kinds('/a/{b}', '/a/{b}/c', '/x-y_z.1,2:3', '/f/{g+}'), [])
  assert.deepEqual(kinds('/a/{b}', '/a/{c}/d'), ['sibling variables'])
  assert.deepEqual(kinds('/a.{format}'), ['partly variable segment'])
  assert.deepEqual(kinds('/a#b'), ['? or # in the path'])
  assert.deepEqual(kinds('/@me'), ['other characters'])
  assert.deepEqual(kinds(...Array.from({ length: 151 }, (_, i) => `/a${i}/b`)), ['over 300 resources'])
})

test('operations are counted, and those AWS has a method for', () => {
  assert.deepEqual(operations({ paths: { '/a': { get: {}, trace: {}, parameters: [] }, 'x-b': { get: {} } } }), [2, 1])
})
