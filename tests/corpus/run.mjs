// The corpus run: takes every document through the product, judges what came out, and writes results.json.
// Usage: run.mjs PROGRAM FOLDER [--sample FILE]. With GATEWRIGHT_BIN, the command line there imports every document too.
// Refuses to decide whether the bars are met: report.mjs does.
import { execFile, spawn } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Worker } from 'node:worker_threads'
import { documents, here } from './documents.mjs'

const [program, folder, flag, list] = process.argv.slice(2)
const LIMIT = 120_000
const JOBS = Math.min(availableParallelism(), 4)

rmSync(folder, { recursive: true, force: true })
mkdirSync(join(folder, 'compiled'), { recursive: true })
let corpus = documents()
if (flag === '--sample') {
  const names = new Set(readFileSync(list, 'utf8').split('\n').filter((line) => line && !line.startsWith('#')).map((line) => line.split('\t')[0]))
  corpus = corpus.filter(({ name }) => names.has(name))
  const missing = names.size - corpus.length
  if (missing > 0) throw new Error(`${missing} documents of the sample are not present`)
}
const began = Date.now()
const passed = new Map()
await spread(corpus, JOBS, (part) => pass(part))
console.error(`passed through the product: ${corpus.length} documents in ${Math.round((Date.now() - began) / 1000)} s`)
if (process.env.GATEWRIGHT_BIN) {
  await spread(corpus, JOBS, (part, job) => importAll(part, join(folder, `home-${job}`)))
  console.error(`imported with the command line: ${corpus.length} documents in ${Math.round((Date.now() - began) / 1000)} s`)
}
const judged = new Map()
await spread(corpus, JOBS, (part) => judge(part))
const results = corpus.map(({ name, bytes }) => ({ name, bytes, product: passed.get(name), judgement: judged.get(name) }))
writeFileSync(join(folder, 'results.json'), JSON.stringify(results))
console.error(`judged: ${results.length} documents in ${Math.round((Date.now() - began) / 1000)} s in all`)

/** Deals the largest documents out first, so that no part ends long after the others. */
async function spread(all, jobs, run) {
  const parts = Array.from({ length: jobs }, () => ({ bytes: 0, documents: [] }))
  for (const document of all.toSorted((a, b) => b.bytes - a.bytes)) {
    const least = parts.reduce((a, b) => (b.bytes < a.bytes ? b : a))
    least.bytes += document.bytes
    least.documents.push(document)
  }
  await Promise.all(parts.filter((part) => part.documents.length > 0).map((part, job) => run(part.documents.toReversed(), job)))
}

/** Imports documents into a catalog with the command line, one process each; a failure is told in place of the rest. */
async function importAll(part, home) {
  const gatewright = join(process.env.GATEWRIGHT_BIN, 'gatewright')
  for (const [index, { name, path }] of part.entries()) {
    const words = ['--home', home, '--json', 'api', 'import', path, '--name', `Document ${index}`, '--version', '1']
    const [code, said] = await new Promise((resolve) => {
      execFile(gatewright, words, { timeout: LIMIT, maxBuffer: 1 << 30 }, (error, stdout) => resolve([error ? (error.code ?? error.signal) : 0, stdout]))
    })
    if (code === 0) continue
    let fault = { code: `exit ${code}`, summary: said.slice(0, 200) }
    try {
      fault = JSON.parse(said).fault
    } catch {
      // What it said is told as it is.
    }
    passed.set(name, { name, fault })
  }
  rmSync(home, { recursive: true, force: true })
}

/** Runs the product over documents; one that it dies of is told, and the rest goes on. */
async function pass(part) {
  let rest = part
  while (rest.length > 0) {
    const [done, how] = await once(rest)
    rest = rest.slice(done)
    if (rest.length > 0) {
      passed.set(rest[0].name, { name: rest[0].name, fault: { code: 'died', summary: how } })
      rest = rest.slice(1)
    }
  }
}

function once(part) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, [folder], { stdio: ['pipe', 'pipe', 'inherit'] })
    let done = 0
    let hung = false
    let timer = setTimeout(end, LIMIT)
    function end() {
      hung = true
      child.kill('SIGKILL')
    }
    createInterface({ input: child.stdout }).on('line', (line) => {
      clearTimeout(timer)
      timer = setTimeout(end, LIMIT)
      const told = JSON.parse(line)
      passed.set(told.name, told)
      done += 1
    })
    child.on('error', reject)
    // A child that died early closes its end; `close` below says so.
    child.stdin.on('error', () => {})
    child.on('close', (code, signal) => {
      clearTimeout(timer)
      resolve([done, hung ? `took more than ${LIMIT / 1000} s` : `exit ${code ?? signal}`])
    })
    child.stdin.end(part.map(({ name, path }) => `${name}\t${path}\n`).join(''))
  })
}

function judge(part) {
  return new Promise((resolve, reject) => {
    const worker = new Worker(join(here, 'judge.mjs'), {
      workerData: { folder, documents: part },
      resourceLimits: { maxOldGenerationSizeMb: 6_000 },
    })
    worker.on('message', ({ name, judgement }) => judged.set(name, judgement))
    worker.on('error', reject)
    worker.on('exit', resolve)
  })
}
