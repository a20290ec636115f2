// Ours beside Redocly's, in turn, document by document: processor seconds, memory, ratios, bars. Prints a table, writes
// documents.json for the plot. Usage: run.mjs GATEWRIGHT FOLDER [ROUNDS]. Refuses to run two programs at once.
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chosen } from './documents.mjs'

const [gatewright, folder, rounds = '3'] = process.argv.slice(2)
const ROUNDS = Number(rounds)
const BARS = { mean: 0.1, worst: 0.25, memory: 0.35, small: 0.03 }
const here = dirname(fileURLToPath(import.meta.url))
const redocly = join(process.env.GATEWRIGHT_BENCH, 'node_modules/@redocly/cli/bin/cli.js')
const environment = { ...process.env, GATEWRIGHT_HOME: join(folder, 'home'), REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true', CI: 'true' }
const said = join(folder, 'said')
const COMMANDS = {
  ours: (path) => [gatewright, 'api', 'lint', path, '--for', 'aws'],
  redocly: (path) => [process.execPath, redocly, 'lint', '--extends=recommended', path],
}

mkdirSync(folder, { recursive: true })
const { large, small, row } = chosen()
measure('ours', (small[0] ?? large[0]).path) // makes its home, which is no part of linting
console.log(`${'document'.padEnd(50)} ${'MB'.padStart(6)} ${'ours s'.padStart(8)} ${'redocly s'.padStart(10)} ${'ratio'.padStart(7)} ${'ours MB'.padStart(8)} ${'redocly MB'.padStart(11)} ${'ratio'.padStart(6)}  ours E/W, redocly E/W`)
const compared = large.map((document) => compare(document, ROUNDS))
console.log()
for (const document of small) compare(document, 1)
const starts = small.map((document) => ({ ...document, ours: median(Array.from({ length: 5 }, () => measure('ours', document.path))) }))
const points = row.map((document) => ({ ...document, ours: median(Array.from({ length: ROUNDS }, () => measure('ours', document.path))) }))
writeFileSync(join(folder, 'documents.json'), JSON.stringify({ compared, starts, points }))
verdict()

function compare({ name, path, bytes }, rounds) {
  const runs = { ours: [], redocly: [] }
  for (let round = 0; round < rounds; round++) for (const who of ['redocly', 'ours']) runs[who].push(measure(who, path))
  const [ours, theirs] = [median(runs.ours), median(runs.redocly)]
  const result = { name, bytes, ours, redocly: theirs, cpu: ours.cpu / theirs.cpu, memory: ours.peak / theirs.peak }
  console.log(
    `${name.padEnd(50)} ${(bytes / 1e6).toFixed(2).padStart(6)} ${ours.cpu.toFixed(3).padStart(8)} ${theirs.cpu.toFixed(2).padStart(10)} ${result.cpu.toFixed(3).padStart(7)} ` +
      `${ours.peak.toFixed(0).padStart(8)} ${theirs.peak.toFixed(0).padStart(11)} ${result.memory.toFixed(2).padStart(6)}  ${ours.found}, ${theirs.found}`,
  )
  return result
}

function measure(who, path) {
  const line = execFileSync('python3', ['-I', '-S', join(here, 'measure.py'), said, ...COMMANDS[who](path)], { env: environment, encoding: 'utf8', cwd: folder })
  const run = JSON.parse(line)
  const text = readFileSync(said, 'utf8')
  const count = (word) => new RegExp(`(\\d+) ${word}s?\\b(?![\\s\\S]*\\d+ ${word}s?\\b)`).exec(text.slice(-2_000))?.[1] ?? '0'
  run.found = `E${count('error')}/W${count('warning')}`
  // Both answer with a status of their own when they find errors; anything else is a failure to measure.
  if (![0, 1, 3].includes(run.exit)) run.found = `exit ${run.exit}`
  return run
}

/** The run whose processor seconds are the median; the memory is the median's own. */
function median(runs) {
  return runs.toSorted((a, b) => a.cpu - b.cpu)[Math.floor((runs.length - 1) / 2)]
}

function verdict() {
  const geometric = (values) => Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length)
  const worst = (key) => compared.reduce((a, b) => (b[key] > a[key] ? b : a))
  const start = starts.reduce((a, b) => (b.ours.cpu > a.ours.cpu ? b : a))
  const lines = [
    ['processor time, geometric mean of ratios', geometric(compared.map(({ cpu }) => cpu)), BARS.mean, ''],
    ['processor time, worst ratio', worst('cpu').cpu, BARS.worst, worst('cpu').name],
    ['peak memory, geometric mean of ratios', geometric(compared.map(({ memory }) => memory)), BARS.memory, ''],
    ['peak memory, worst ratio', worst('memory').memory, BARS.memory, worst('memory').name],
    ['small documents, slowest, seconds', start.ours.cpu, BARS.small, start.name],
  ]
  console.log()
  for (const [what, value, bar, where] of lines) {
    console.log(`${what.padEnd(45)} ${value.toFixed(3).padStart(7)}  bar ${bar.toFixed(2)}  ${value <= bar ? 'met' : 'MISSED'}  ${where}`)
  }
  if (lines.some(([, value, bar]) => !(value <= bar))) process.exitCode = 1
}
