// Judges documents in a thread of its own: what stands in the way in the source, and what is wrong with what was compiled.
// Shares no code with the product.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parentPort, workerData } from 'node:worker_threads'
import { check } from './check.mjs'
import { read } from './documents.mjs'
import { obstacles, operations } from './obstacles.mjs'
import { validator } from './valid.mjs'

const MOST = 20
const { folder, documents } = workerData
const validate = await validator()
for (const { name, path } of documents) parentPort.postMessage({ name, judgement: await judge(name, path) })

async function judge(name, path) {
  const judgement = { obstacles: {}, operations: 0, possible: 0 }
  try {
    const source = await read(path)
    ;[judgement.operations, judgement.possible] = operations(source)
    judgement.version = String(source?.openapi ?? source?.swagger ?? '').slice(0, 3)
    for (const [kind, paths] of obstacles(source)) judgement.obstacles[kind] = [...paths]
  } catch (error) {
    judgement.unreadable = error.message
  }
  let text
  try {
    text = readFileSync(join(folder, 'compiled', `${name.replaceAll('/', '~')}.json`), 'utf8')
  } catch {
    return judgement
  }
  try {
    const document = JSON.parse(text)
    ;[judgement.compiled] = operations(document)
    judgement.blockers = few(check(document, Buffer.byteLength(text)))
    judgement.invalid = few(await validate(document))
  } catch (error) {
    judgement.invalid = { count: 1, first: [{ at: '', message: String(error) }] }
  }
  return judgement
}

function few(findings) {
  const rules = {}
  for (const { rule } of findings) if (rule) rules[rule] = (rules[rule] ?? 0) + 1
  return { count: findings.length, rules, first: findings.slice(0, MOST) }
}
