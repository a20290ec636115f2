/**
 * As much of AWS as a picture needs, on this machine: it tells who calls, lists a few APIs with their stages, and
 * has nothing else. What is asked beyond that is not found.
 */
import { createServer } from 'node:http'

const made = Date.parse('2026-03-02T09:00:00Z') / 1000
const rest = [
  { id: 'a1b2c3d4e5', name: 'orders', version: '2024-11-05', tags: { 'aws:cloudformation:stack-name': 'orders-prod' } },
  { id: 'f6g7h8i9j0', name: 'customer-notifications-and-preferences-internal-api', tags: {} },
  { id: 'k1l2m3n4o5', name: 'billing', description: 'Invoices', tags: { 'user:pulumi:project': 'billing', team: 'money' } },
].map((one, at) => ({ ...one, createdDate: made + at * 86_400, endpointConfiguration: { types: ['REGIONAL'] } }))
const http = [{ apiId: 'p6q7r8s9t0', name: 'webhooks', protocolType: 'HTTP', createdDate: '2026-05-01T10:00:00Z', tags: {} }]
const stages = { a1b2c3d4e5: ['prod', 'staging'], f6g7h8i9j0: [], k1l2m3n4o5: ['staging'] }
const caller = `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
<Arn>arn:aws:sts::123456789012:assumed-role/deploy-bot/picture</Arn><UserId>AROAEXAMPLE:picture</UserId><Account>123456789012</Account>
</GetCallerIdentityResult><ResponseMetadata><RequestId>made-up</RequestId></ResponseMetadata></GetCallerIdentityResponse>`

export async function startAws() {
  const server = createServer((request, response) => {
    request.resume()
    const { pathname } = new URL(request.url ?? '/', 'http://aws')
    const parts = pathname.split('/').filter(Boolean)
    const json = (body, status = 200) => {
      response.writeHead(status, {
        'Content-Type': 'application/json',
        ...(status === 404 ? { 'x-amzn-ErrorType': 'NotFoundException' } : {}),
      })
      response.end(JSON.stringify(body))
    }
    if (request.method === 'POST' && pathname === '/') {
      response.writeHead(200, { 'Content-Type': 'text/xml' })
      return response.end(caller)
    }
    if (pathname === '/restapis') return json({ item: rest })
    if (pathname === '/v2/apis') return json({ items: http })
    if (parts[0] === 'restapis' && parts[2] === 'stages' && parts.length === 3)
      return json({ item: (stages[parts[1]] ?? []).map((stageName) => ({ stageName, deploymentId: 'dep123', createdDate: made, lastUpdatedDate: made + 900_000 })) })
    if (parts[0] === 'v2' && parts[3] === 'stages')
      return json({ items: [{ stageName: '$default', autoDeploy: true, createdDate: '2026-05-01T10:00:00Z', lastUpdatedDate: '2026-06-01T10:00:00Z' }] })
    if (pathname === '/account') return json({})
    if (pathname === '/domainnames') return json({ item: [] })
    return json({ message: 'Not here' }, 404)
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
