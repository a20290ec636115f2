/**
 * What only an AWS makes: an API that was deployed twice and then changed by hand, one whose gateway stopped answering
 * while it was to be undeployed, one whose document AWS refused. The emulator is that of `with-emulators`; without it
 * there is none of this.
 */
import { createServer, request as httpRequest } from 'node:http'
import { deploy, edit, until } from './core.mjs'

/** Where the emulator is, if there is one. */
export const emulator = process.env.GATEWRIGHT_TEST_LOCALEMU

const REFUSED = [
  'Errors found during import:',
  "\tUnable to create model for 'POST' to resource '/orders': Validation Result: warnings : [], errors : [Invalid model specified: Model has no name]",
  "\tUnable to put integration on 'GET' for resource at path '/orders/{orderId}': Invalid HTTP endpoint specified for URI",
  'Additionally, these warnings were found during import:',
  "\tInvalid format for model 'text' for resource '/orders/{orderId}/refunds' and method 'POST'. Ignoring.",
].join('\n')

/** `account` is twelve digits: the emulator takes an access key of that form for the account. */
export async function fillWithEmulated(core, url, account) {
  const refusing = await relay(url, ({ method, url: path }) => method === 'PUT' && path.startsWith('/restapis/'))
  const leaving = await relay(url, () => false)
  try {
    const gateway = async (name, display_name, region, stage, endpoint_url) => {
      const credentials = { from: 'access-key', access_key_id: account, secret_access_key: 'made-up-for-a-picture', session_token: null }
      const target = { kind: 'aws', region, stage, endpoint_type: 'REGIONAL', endpoint_url, credentials }
      const { id } = await core.call('gateways.create', { name, display_name, description: '', target })
      await core.call('gateways.test', { gateway: id })
      return id
    }
    const eu = await gateway('prod-eu', 'Production Europe', 'eu-west-1', 'prod', url)
    const asia = await gateway('partners-asia-pacific-preview', 'Partners', 'ap-southeast-2', 'preview', leaving.url)
    const staging = await gateway('staging', 'Staging', 'eu-central-1', 'staging', refusing.url)
    const source = { from: 'text', text: orders(), file_name: 'orders.json' }
    const { api } = await core.call('apis.import', { source, backend: { kind: 'http', url: 'https://orders.example.com' }, base_path: '/orders/v1' })
    const at = (gateway) => ({ api: api.id, gateway })
    await deploy(core, at(eu))
    await deploy(core, at(asia))
    await core.call('stages.set', { ...at(eu), settings: { variables: { stock: 'green' }, throttle: { rate: 100, burst: 200 }, tracing: true } })
    await edit(core, api.id, (text) => text.replace('List orders', 'List the newest orders'))
    const live = await deploy(core, at(eu))
    const failed = await deploy(core, at(staging))
    const { rows } = await core.call('deployments.kept', at(eu))
    const kept = rows.find((row) => row.previous)?.id
    const { row } = await core.call('deployments.get', { deployment: live })
    await byHand(url, account, row.invoke_url)
    await core.call('drift.check', { api: api.id, gateway: null })
    await leaving.stop()
    await core.call('deployments.later', { api: api.id, gateways: [asia], consents: ['withdraw'] })
    await until(async () => (await core.call('deployments.pending', { api: api.id }))[0]?.fault, 60_000)
    return { api: api.id, eu, asia, staging, kept, failed, stop: refusing.stop }
  } catch (failure) {
    await Promise.all([refusing.stop(), leaving.stop()])
    throw failure
  }
}

/** Someone at AWS's own console. */
async function byHand(url, account, invoke_url) {
  const id = /execute-api\/([^/]+)/.exec(invoke_url)?.[1]
  const does = async (method, path, body) => {
    const answer = await fetch(`${url}/restapis/${id}${path}`, {
      method,
      headers: {
        Authorization: `AWS4-HMAC-SHA256 Credential=${account}/20260101/eu-west-1/apigateway/aws4_request`,
        'Content-Type': 'application/json',
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`)
    return answer.json().catch(() => ({}))
  }
  const { item, _embedded } = await does('GET', '/resources?limit=500')
  const resource = (path) => `/resources/${(item ?? _embedded.item).find((one) => one.path === path).id}`
  const elsewhere = (httpMethod, path) => ({
    type: 'HTTP_PROXY',
    httpMethod,
    uri: `https://new-orders.example.com${path}`,
    requestParameters: { 'integration.request.path.orderId': 'method.request.path.orderId' },
  })
  const order = resource('/orders/{orderId}')
  await does('PUT', `${order}/methods/GET/integration`, elsewhere('GET', '/orders/{orderId}'))
  await does('PUT', `${order}/methods/DELETE`, { authorizationType: 'NONE', requestParameters: { 'method.request.path.orderId': true } })
  await does('PUT', `${order}/methods/DELETE/integration`, elsewhere('DELETE', '/orders/{orderId}'))
  await does('DELETE', `${resource('/orders/{orderId}/refunds')}/methods/POST`)
  await does('PATCH', '/stages/prod', {
    patchOperations: [
      { op: 'replace', path: '/variables/stock', value: 'blue' },
      { op: 'replace', path: '/tracingEnabled', value: 'false' },
    ],
  })
}

function orders() {
  const path = { name: 'orderId', in: 'path', required: true, schema: { type: 'string' } }
  const answer = { 200: { description: 'Done', content: { 'application/json': { schema: { $ref: '#/components/schemas/Order' } } } } }
  const requestBody = { required: true, content: { 'application/json': { schema: { $ref: '#/components/schemas/Order' } } } }
  return JSON.stringify(
    {
      openapi: '3.0.3',
      info: { title: 'Orders', version: '1.2.0' },
      paths: {
        '/orders': {
          get: { operationId: 'listOrders', summary: 'List orders', responses: answer },
          post: { operationId: 'placeOrder', summary: 'Place an order', requestBody, responses: answer },
        },
        '/orders/{orderId}': { get: { operationId: 'getOrder', summary: 'Get an order', parameters: [path], responses: answer } },
        '/orders/{orderId}/refunds': { post: { operationId: 'refundOrder', summary: 'Refund an order', parameters: [path], requestBody, responses: answer } },
      },
      components: { schemas: { Order: { type: 'object', properties: { id: { type: 'string' }, total: { type: 'number' } } } } },
    },
    null,
    2,
  )
}

/** Passes calls on until it is stopped; those that are `refused` are told what AWS says about such a document. */
async function relay(url, refused) {
  const server = createServer((request, response) => {
    if (refused(request)) {
      request.resume()
      response.writeHead(400, { 'Content-Type': 'application/json', 'x-amzn-ErrorType': 'BadRequestException' })
      return response.end(JSON.stringify({ message: REFUSED }))
    }
    const onward = httpRequest(new URL(request.url, url), { method: request.method, headers: request.headers }, (answer) => {
      response.writeHead(answer.statusCode, answer.headers)
      answer.pipe(response)
    })
    onward.on('error', () => response.destroy())
    request.pipe(onward)
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(resolve)
        server.closeAllConnections()
      }),
  }
}
