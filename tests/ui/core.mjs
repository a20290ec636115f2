/**
 * One real core behind the real page: gw-serve on a home of its own, ended and removed by `stop`.
 * Needs the built page (ui/dist) and gw-serve, in GATEWRIGHT_BIN_DIR or the workspace's target folder.
 */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))

function program() {
  const folders = [
    process.env.GATEWRIGHT_BIN_DIR,
    process.env.CARGO_TARGET_DIR && join(process.env.CARGO_TARGET_DIR, 'debug'),
    join(root, 'target', 'debug'),
  ]
  const found = folders.filter(Boolean).map((folder) => join(folder, 'gw-serve')).find(existsSync)
  if (!found) throw new Error('gw-serve is not built: cargo build -p gw-serve, or set GATEWRIGHT_BIN_DIR')
  return found
}

/** Starts a core; resolves when it answers. */
export async function startCore() {
  const home = await mkdtemp(join(tmpdir(), 'gatewright-page-'))
  const child = spawn(program(), ['--home', home, '--dist', join(root, 'ui', 'dist'), '--memory-vault'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    // Nothing of the user's own AWS set-up may leak into a test.
    env: { ...process.env, AWS_CONFIG_FILE: join(home, 'aws-config'), AWS_SHARED_CREDENTIALS_FILE: join(home, 'aws-credentials') },
  })
  const url = await new Promise((resolve, reject) => {
    child.on('exit', (code) => reject(new Error(`gw-serve ended with ${code} before it was ready`)))
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.startsWith('ready ')) resolve(line.slice('ready '.length).trim())
    })
  })
  const { origin, hash } = new URL(url)
  const token = hash.replace('#token=', '')
  return {
    url,
    home,
    /** Where the programs are that belong to it. */
    programs: dirname(program()),
    /** Calls a command; throws the fault. */
    async call(name, request) {
      const answer = await fetch(`${origin}/rpc/${name}`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
        body: JSON.stringify(request),
      })
      const body = await answer.json()
      if (!answer.ok) throw Object.assign(new Error(`${name}: ${body.code} ${body.summary}`), { fault: body })
      return body
    },
    async stop() {
      if (child.exitCode === null && child.signalCode === null) {
        const ended = new Promise((resolve) => child.on('exit', resolve))
        child.kill()
        await ended
      }
      await rm(home, { recursive: true, force: true })
    },
  }
}

/** The sample, deployed on the local gateway, with a token and a call in the history. */
export async function fillWithSample(core) {
  const sample = await core.call('samples.install', {})
  await core.call('gateways.start', { gateway: sample.gateway })
  const deployment = await deploy(core, sample)
  await core.call('applications.token', { application: sample.application, scopes: [], audience: null })
  return { ...sample, deployment }
}

/** Deploys with every yes it takes, to every request or as a canary with so many percent of them, and waits for the end of the run, whatever it is. */
export async function deploy(core, { api, gateway }, percent) {
  const asked = { api, gateways: [gateway], goal: 'publish', percent }
  const plan = await core.call('deployments.plan', asked)
  const consents = plan.targets.flatMap((target) => target.consents.map((consent) => consent.key))
  const { runs } = await core.call('deployments.start', { ...asked, revision: plan.revision, stages: plan.stages, consents })
  const [run] = runs
  if (!run?.deployment) throw new Error(`the sample could not be deployed: ${JSON.stringify(run?.fault)}`)
  await until(async () => (await core.call('deployments.get', { deployment: run.deployment })).row.finished_at !== null)
  return run.deployment
}

export async function edit(core, api, change) {
  const { text, edition } = await core.call('apis.document', { api })
  const next = change(text)
  if (next === text) throw new Error('the document has not what is to be changed in it')
  await core.call('apis.save_document', { api, edition, text: next })
}

/**
 * More places, one more API, a second revision that is live, a third that is its canary and a fourth that is not
 * deployed, so that pictures show what a fleet looks like. `aws_url` is where the gateways on AWS find it; none of them is called outside this machine.
 */
export async function fillWithFleet(core, sample, aws_url) {
  const gateway = (name, display_name, target) => core.call('gateways.create', { name, display_name, description: '', target })
  const aws = (region, stage) => ({
    kind: 'aws',
    region,
    stage,
    endpoint_type: 'REGIONAL',
    endpoint_url: aws_url,
    credentials: { from: 'access-key', access_key_id: 'AKIAIOSFODNN7EXAMPLE', secret_access_key: 'made-up-for-a-picture', session_token: null },
  })
  await gateway('prod-eu', 'Production Europe', aws('eu-west-1', 'prod'))
  const staging = await gateway('staging', 'Staging', aws('eu-west-1', 'staging'))
  const spare = await gateway('spare', 'Spare', { kind: 'local', port: null })
  await core.call('apis.create', {
    name: 'Orders',
    version: '1.2.0',
    base_path: '/orders/v1',
    backend: { kind: 'http', url: 'https://orders.example.com' },
  })
  await edit(core, sample.api, (text) => text.replace('summary: List pets', 'summary: List pets for sale'))
  const { api: long } = await core.call('apis.import', {
    source: { from: 'text', text: preferences(), file_name: 'preferences.json' },
    backend: { kind: 'mock' },
    base_path: '/customers/notification-preferences/v2',
  })
  await deploy(core, { api: long.id, gateway: sample.gateway })
  const deployment = await deploy(core, sample)
  await edit(core, sample.api, (text) => text.replace('summary: List pets for sale', 'summary: Every pet for sale'))
  await deploy(core, sample, 10)
  await edit(core, sample.api, (text) =>
    text.replace('      operationId: listPets\n', '      operationId: listPets\n      security: []\n').replace('summary: Offer a pet', 'summary: Offer a pet for sale'),
  )
  await core.call('drift.check', { api: sample.api, gateway: null })
  await core.call('gateways.test', { gateway: staging.id })
  const { rows } = await core.call('deployments.kept', { api: sample.api, gateway: sample.gateway })
  const kept = rows.find((row) => row.previous)?.id
  return { ...sample, deployment, spare: spare.id, staging: staging.id, long: long.id, kept }
}

/** An API with a long name and one long answer. */
function preferences() {
  const example = Array.from({ length: 400 }, (_, at) => ({
    id: `pref-${1000 + at}`,
    channel: ['email', 'text message', 'push'][at % 3],
    topic: 'orders and deliveries',
    enabled: at % 4 !== 0,
    updated_at: `2026-03-${String((at % 28) + 1).padStart(2, '0')}T09:00:00Z`,
  }))
  const schema = { type: 'array', items: { type: 'object', properties: { id: { type: 'string' }, enabled: { type: 'boolean' } } } }
  const get = {
    operationId: 'listNotificationPreferences',
    summary: 'List the notification preferences of a customer',
    parameters: [{ name: 'customerId', in: 'path', required: true, schema: { type: 'string' }, example: 'cus-42' }],
    responses: { 200: { description: 'All of them', content: { 'application/json': { schema, example } } } },
  }
  return JSON.stringify({
    openapi: '3.0.3',
    info: { title: 'Customer notifications and preferences', version: '2024-11-05' },
    paths: { '/customers/{customerId}/notification-preferences': { get } },
  })
}

export async function until(done, patience = 15_000) {
  const end = Date.now() + patience
  while (!(await done())) {
    if (Date.now() > end) throw new Error('it did not come to an end in time')
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
