/** Where a document to import comes from, as chosen in the dialog. It refuses to read anything: the core does. */
import type { ApiImport, ChosenFile, Fault, ImportSource } from '../../ipc'
import { nextVersion, urlProblem } from './settings'

export interface ImportDraft extends Record<string, unknown> {
  from: 'file' | 'url' | 'text'
  url: string
  allowPrivate: boolean
  remoteRefs: boolean
  text: string
  name: string
  version: string
  basePath: string
  backend: string
}

export function blankImport(): ImportDraft {
  return { from: 'file', url: '', allowPrivate: false, remoteRefs: false, text: '', name: '', version: '', basePath: '', backend: '' }
}

export function sourceOf(draft: ImportDraft, file: ChosenFile | null): ImportSource | null {
  if (draft.from === 'url') return { from: 'url', url: draft.url.trim(), allow_private: draft.allowPrivate }
  if (draft.from === 'text') return { from: 'text', text: draft.text, file_name: null }
  if (!file) return null
  return file.from === 'path' ? { from: 'file', path: file.path } : { from: 'text', text: file.text, file_name: file.name }
}

export function importRequest(draft: ImportDraft, source: ImportSource): ApiImport {
  const typed = (text: string) => (text.trim() === '' ? null : text.trim())
  const backend = typed(draft.backend)
  return {
    source,
    name: typed(draft.name),
    version: typed(draft.version),
    backend: backend === null ? null : { kind: 'http', url: backend.replace(/\/+$/, '') },
    base_path: typed(draft.basePath),
    remote_refs: draft.remoteRefs,
    private_refs: false,
  }
}

/** The address of a document may have a query: only a backend may not. */
export function documentUrlProblem(url: string): string | undefined {
  return urlProblem(url.replace(/[?#].*$/, ''))
}

/** The version a refused import would be free under, as far as can be told. */
export function freeVersion(draft: ImportDraft, fault: Fault, text: string): string {
  const told = fault.facts['version'] ?? draft.version.trim()
  if (told !== '') return nextVersion(told)
  const found = /^\s*"?version"?\s*:\s*["']?([^\s"',]+)/m.exec(text.slice(0, 20_000))?.[1]
  return nextVersion(found ?? '')
}
