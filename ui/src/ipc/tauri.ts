/**
 * The window's host. Its commands: `rpc {name, request}`, `pick_file {title, extensions}` and
 * `pick_save {title, fileName}` (a path or null), `open_url {url}`; its event: `gatewright`.
 */
import { invoke } from '@tauri-apps/api/core'
import { listen } from '@tauri-apps/api/event'
import type { AppEvent } from './generated'
import { baseName, type Transport } from './transport'

/** A subscription that may end before it has begun. */
function later(begun: Promise<() => void>): () => void {
  return () => void begun.then((stop) => stop())
}

const nothing = () => {}

export const tauri: Transport = {
  call: (name, request) => invoke('rpc', { name, request }),
  listen(callback) {
    const begun = listen<AppEvent>('gatewright', (event) => callback(event.payload))
    return { heard: begun.then(nothing, nothing), stop: later(begun) }
  },
  host: {
    async openFileDialog(title, extensions) {
      const path = await invoke<string | null>('pick_file', { title, extensions })
      return path === null ? null : { from: 'path', path, name: baseName(path) }
    },
    async saveFileDialog(title, fileName) {
      const path = await invoke<string | null>('pick_save', { title, fileName })
      return path === null ? null : { to: 'path', path }
    },
    openUrl: (url) => invoke('open_url', { url }),
    onFileDrop: (callback) =>
      later(
        listen<{ paths: string[] }>('tauri://drag-drop', (event) => {
          for (const path of event.payload.paths) callback({ from: 'path', path, name: baseName(path) })
        }),
      ),
  },
}
