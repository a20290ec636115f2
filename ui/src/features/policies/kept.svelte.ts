/** A policy being edited, kept while the app is open: registering a key manager in between loses nothing. */
import type { ApiId } from '../../ipc'
import type { OauthDraft } from './oauth'

interface Kept {
  edition: number
  values: OauthDraft
}

class KeptPolicies {
  #all = new Map<ApiId, Kept>()

  of(api: ApiId): Kept | undefined {
    const one = this.#all.get(api)
    return one && structuredClone(one)
  }

  keep(api: ApiId, one: Kept): void {
    this.#all.set(api, one)
  }

  drop(api: ApiId): void {
    this.#all.delete(api)
  }
}

export const kept = new KeptPolicies()
