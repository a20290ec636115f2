// Chooses the sample of CI from a full run: a greedy cover of every rule id, then of every rule twice and so on, until there
// are enough; small documents first. The same results give the same list. Usage: sample.mjs results.json > sample.txt
// Refuses chance and taste.
import { readFileSync } from 'node:fs'

const results = JSON.parse(readFileSync(process.argv[2], 'utf8'))
const ENOUGH = 72
/** Largest document, in bytes, and most operations; a rule that only larger ones have is covered by the smallest of those. */
const BYTES = 200_000
const OPERATIONS = 80

const usable = results
  .filter(({ product, judgement }) => product && !product.fault && product.operations > 0 && judgement.unreadable === undefined)
  .map(({ name, bytes, product, judgement }) => ({
    name,
    bytes,
    operations: product.operations,
    // How it is written counts like a rule: each version of OpenAPI, JSON and YAML.
    rules: new Set([...Object.keys(product.rules), ...Object.keys(judgement.obstacles), `version ${judgement.version}`, name.replace(/.*\./, '')]),
  }))
  .sort((a, b) => a.bytes - b.bytes || (a.name < b.name ? -1 : 1))
const small = usable.filter(({ bytes, operations }) => bytes <= BYTES && operations <= OPERATIONS)
const chosen = new Map()
const wanted = new Set(usable.flatMap(({ rules }) => [...rules]))
cover(small, new Set(wanted))
cover(usable, unmet(wanted))
while (chosen.size < ENOUGH) {
  const before = chosen.size
  cover(small, new Set(wanted))
  if (chosen.size === before) break
}

console.log('# Documents CI takes through the product and into the emulator: name, bytes, operations. Written by tests/corpus/sample.mjs.')
for (const { name, bytes, operations } of [...chosen.values()].sort((a, b) => (a.name < b.name ? -1 : 1))) console.log(`${name}\t${bytes}\t${operations}`)
console.error(`${chosen.size} documents, ${wanted.size} rules, not covered: ${[...unmet(wanted)].join(', ') || 'none'}`)

/** Takes the document with most rules still missing, the smaller of two, until none brings any. */
function cover(from, missing) {
  for (;;) {
    let best = null
    let most = 0
    for (const document of from) {
      if (chosen.has(document.name)) continue
      let fresh = 0
      for (const rule of document.rules) if (missing.has(rule)) fresh += 1
      if (fresh > most) [best, most] = [document, fresh]
    }
    if (!best || chosen.size >= ENOUGH) return
    chosen.set(best.name, best)
    for (const rule of best.rules) missing.delete(rule)
  }
}
function unmet(rules) {
  const met = new Set([...chosen.values()].flatMap((document) => [...document.rules]))
  return new Set([...rules].filter((rule) => !met.has(rule)))
}
