import { startCore } from './core.mjs'
const mb = Number(process.argv[2] ?? 6.3)
function largeDocument(bytes) {
  const paths = {}
  const text = 'What it is for, in a sentence that is as long as such sentences are. '.repeat(8)
  for (let size = 0, i = 0; size < bytes; i += 1) {
    const get = { operationId: `get${i}`, summary: `Thing ${i}`, description: text, parameters: [{ name: 'limit', in: 'query', schema: { type: 'integer' } }], responses: { 200: { description: 'OK', content: { 'application/json': { schema: { type: 'object', properties: { id: { type: 'string' }, name: { type: 'string' } } } } } } } }
    paths[`/things${i}`] = { get }
    size += JSON.stringify(get, null, 2).length * 1.5
  }
  return JSON.stringify({ openapi: '3.0.3', info: { title: 'Large', version: '1.0.0' }, paths }, null, 2)
}
const core = await startCore()
const text = largeDocument(mb * 1e6)
const { api } = await core.call('apis.import', { source: { from: 'text', text, file_name: 'large.json' }, name: null, version: null, backend: { kind: 'mock' }, base_path: null })
let version = 1
const look = async (depth, text, changes) => { const t = performance.now(); const r = await core.call('apis.lint_draft', { draft: 'd', version, api: api.id, text, changes, target: 'aws', depth }); const s=JSON.stringify(r).length; return `${depth}->${r.depth} ${r.state} ${(performance.now() - t).toFixed(0)}ms total ${r.total} bytes ${s}` }
console.log(await look('text', text, []))
const at = text.indexOf('3.0.3') + 3
for (let i = 0; i < 6; i++) {
  version += 1
  console.log('top', await look('near', null, i % 2 ? [{ from: at, to: at + 1, insert: '' }] : [{ from: at, to: at, insert: 'x' }]))
  if (i==0) console.log('whole', await look('whole', null, []))
}
const mid = text.indexOf('"integer"', text.length / 2) + 9
for (let i = 0; i < 6; i++) {
  version += 1
  console.log('quote', await look('near', null, i % 2 ? [{ from: mid, to: mid + 1, insert: '' }] : [{ from: mid, to: mid, insert: 'x' }]))
  console.log('  then', await look('text', null, []))
}
for (let i = 0; i < 6; i++) {
  version += 1
  console.log('word', await look('near', null, i % 2 ? [{ from: mid-4, to: mid -3, insert: '' }] : [{ from: mid-4, to: mid-4, insert: 'x' }]))
}
await core.stop()
