// Hard obstacles of path and size in a source document, found again from AWS's rules. Shares no code with the product, whose
// lint is measured against it.

const METHODS = new Set(['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace', 'query'])
const RESOURCES = 300

/** Which rules of the product may tell of an obstacle. */
export const RULES_OF = {
  'sibling variables': ['GW012'],
  // A segment with a query or fragment behind its variable is told as what it is.
  'partly variable segment': ['GW011', 'GW010'],
  '? or # in the path': ['GW010', 'GW011'],
  'other characters': ['GW010', 'GW011'],
  'over 300 resources': ['GW015'],
}

/** `kind -> paths` of a document; for sizes the path is empty. */
export function obstacles(document) {
  const found = new Map()
  const add = (kind, path) => {
    if (!found.has(kind)) found.set(kind, new Set())
    found.get(kind).add(path)
  }
  const paths = document?.paths
  if (!paths || typeof paths !== 'object') return found
  const resources = new Set()
  const variables = new Map()
  for (const path of Object.keys(paths)) {
    if (path.startsWith('x-')) continue
    if (/[?#]/.test(path)) add('? or # in the path', path)
    let parent = ''
    for (const segment of path.split('/').filter(Boolean)) {
      const variable = /^\{[^{}]+\}$/.test(segment)
      if (!variable && /[{}]/.test(segment)) add('partly variable segment', path)
      if (!/^[A-Za-z0-9_\-.,:{}?#]+$/.test(segment) && !/^\{[A-Za-z0-9_\-.,:]+\+\}$/.test(segment)) {
        add('other characters', path)
      }
      if (variable) {
        const first = variables.get(parent)
        if (first === undefined) variables.set(parent, segment)
        else if (first !== segment) add('sibling variables', path)
      }
      parent += `/${segment}`
      resources.add(parent)
    }
  }
  if (resources.size > RESOURCES) add('over 300 resources', '')
  return found
}

/** How many operations a document has, `[all, those AWS has a method for]`. */
export function operations(document) {
  let all = 0
  let possible = 0
  for (const [path, item] of Object.entries(document?.paths ?? {})) {
    if (!path.startsWith('/') || !item || typeof item !== 'object') continue
    for (const method of Object.keys(item)) {
      if (!METHODS.has(method) || !item[method] || typeof item[method] !== 'object') continue
      all += 1
      if (method !== 'trace' && method !== 'query') possible += 1
    }
  }
  return [all, possible]
}
