/**
 * How typing feels in a large document over the real core: from a keystroke to its mark, and the longest the page is
 * held up meanwhile. In an operation in the middle a word is mistyped and mended, then a quotation mark; then the version
 * at the top of the document, for which the whole text has to be read. `node tests/ui/typing.mjs [megabytes]`, with the
 * page and gw-serve built. It ends with figures, or says which mark did not come or go.
 */
import { chromium } from '../../ui/node_modules/@playwright/test/index.mjs'
import { launchOptions } from './chromium.mjs'
import { startCore } from './core.mjs'
import { open } from './pages.mjs'

const megabytes = Number(process.argv[2] ?? 5)
const ROUNDS = 5
/** Milliseconds a mark may take to come or go. */
const PATIENCE = 60_000
/** Milliseconds in which nothing is asked before the page counts as quiet, and the most it may take to get there. */
const QUIET = 1_500
const LONGEST = 600_000

function largeDocument(bytes) {
  const paths = {}
  const text = 'What it is for, in a sentence that is as long as such sentences are. '.repeat(8)
  for (let size = 0, i = 0; size < bytes; i += 1) {
    const get = {
      operationId: `get${i}`,
      summary: `Thing ${i}`,
      description: text,
      parameters: [{ name: 'limit', in: 'query', schema: { type: 'integer' } }],
      responses: { 200: { description: 'OK', content: { 'application/json': { schema: { type: 'object', properties: { id: { type: 'string' }, name: { type: 'string' } } } } } } },
    }
    paths[`/things${i}`] = { get }
    size += JSON.stringify(get, null, 2).length * 1.5
  }
  return JSON.stringify({ openapi: '3.0.3', info: { title: 'Large', version: '1.0.0' }, paths }, null, 2)
}

const core = await startCore()
const browser = await chromium.launch(launchOptions)
try {
  const text = largeDocument(megabytes * 1_000_000)
  const { api } = await core.call('apis.import', { source: { from: 'text', text, file_name: 'large.json' }, name: null, version: null, backend: { kind: 'mock' }, base_path: null })
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
  page.setDefaultTimeout(120_000)
  await page.goto(core.url)
  const editor = page.getByRole('textbox', { name: 'OpenAPI document' })
  const lines = text.split('\n')
  const middle = lines.findIndex((line, at) => at > lines.length / 2 && line.includes('"type": "integer"'))
  const top = lines.findIndex((line) => line.includes('"openapi"'))
  const size = `${(text.length / 1e6).toFixed(1)} MB`
  const ERROR = '.cm-lintRange-error, .cm-lint-marker-error'
  const quiet = watch(page)
  for (const [where, line, column, mark] of [
    ['a word of a schema', middle, lines[middle].indexOf('integer') + 1, `${ERROR}, .cm-lintRange-warning, .cm-lint-marker-warning`],
    ['a quotation mark', middle, lines[middle].lastIndexOf('"') + 1, ERROR],
    // In its line alone: what AWS does not take of so many paths is marked a few lines below, and stays.
    ['the top of the document', top, lines[top].indexOf('3.0.3'), '.cm-activeLine .cm-lintRange-error'],
  ]) {
    await open(page, `/apis/${api.id}/design?line=${line + 1}&column=${column + 1}`)
    await editor.waitFor()
    await editor.focus()
    // The first report of the whole text is not what is measured.
    await quiet()
    const measured = await page.evaluate(measure, { rounds: ROUNDS, mark, patience: PATIENCE }).catch((failure) => {
      throw new Error(`${size}, ${where}: ${failure.message}`)
    })
    console.log(measured.log.join('  ').replaceAll('|', '\n  |'))
    const times = measured.times.sort((a, b) => a - b)
    const at = (share) => Math.round(times[Math.min(times.length - 1, Math.floor(times.length * share))])
    console.log(`${size}, ${where}: from keystroke to mark ${at(0.5)} ms (median), ${at(0.9)} ms (9 in 10), ${at(1)} ms (worst of ${times.length}); longest task of the page ${Math.round(measured.longest)} ms`)
    await page.getByRole('button', { name: 'Discard' }).click({ timeout: 2000 }).catch(() => undefined)
  }
} finally {
  await browser.close()
  await core.stop()
}

/** Gives what waits until the document is linted and nothing more is asked about it. */
function watch(page) {
  const running = new Set()
  let last = Date.now()
  const isLint = (request) => /\/rpc\/apis\.(lint|document)/.test(request.url())
  const end = (request) => {
    if (running.delete(request)) last = Date.now()
  }
  page.on('request', (request) => isLint(request) && running.add(request))
  page.on('requestfinished', end)
  page.on('requestfailed', end)
  return async () => {
    const began = Date.now()
    last = began
    while (running.size > 0 || Date.now() - last < QUIET) {
      if (Date.now() - began > LONGEST) throw new Error(`the document was still being linted after ${LONGEST / 1000} s`)
      await page.waitForTimeout(100)
    }
  }
}

/** In the page: types a letter and takes it back, again and again. */
async function measure({ rounds, mark, patience }) {
  let longest = 0
  new PerformanceObserver((list) => list.getEntries().forEach((one) => (longest = Math.max(longest, one.duration)))).observe({ type: 'longtask' })
  const marked = () => document.querySelector(mark) !== null
  const until = (wanted) =>
    new Promise((resolve, reject) => {
      const began = performance.now()
      const look = () => {
        const now = performance.now()
        if (marked() === wanted) resolve(now)
        else if (now - began > patience) {
          const there = [...document.querySelectorAll('[class*="cm-lintRange-"]')].map((one) => `${one.className} ${one.textContent}`)
          reject(new Error(`the mark did not ${wanted ? 'come' : 'go'} within ${patience / 1000} s; marked are: ${there.join('; ') || 'none'}`))
        } else requestAnimationFrame(look)
      }
      look()
    })
  // What is marked before anything is typed would be taken for an answer.
  await until(false)
  const times = []
  const log = []
  const orig = window.fetch
  let t0 = 0
  window.fetch = async (...a) => { const n = String(a[0]).split('/').pop(); let b = ''; try { b = JSON.parse(a[1].body).depth } catch {} ; const s = performance.now() - t0; const r = await orig(...a); const m = performance.now() - t0; const j = r.json.bind(r); const tx = r.text.bind(r); r.json = async () => { const v = await j(); log.push(`${n} ${b} ${s.toFixed(0)}-${m.toFixed(0)}-${(performance.now() - t0).toFixed(0)}`); return v }; r.text = async () => { const v = await tx(); log.push(`${n} ${b} ${s.toFixed(0)}-${m.toFixed(0)}-${(performance.now() - t0).toFixed(0)}`); return v }; return r }
  for (let round = 0; round < rounds; round += 1) {
    for (const [act, wanted] of [['insertText', true], ['delete', false]]) {
      log.push('|'); const start = performance.now(); t0 = start
      document.execCommand(act, false, 'x')
      times.push((await until(wanted)) - start); log.push('mark ' + times.at(-1).toFixed(0))
      await new Promise((resolve) => setTimeout(resolve, 700))
    }
  }
  return { times, longest, log }
}
