/**
 * The development and test host: loopback HTTP with a bearer token.
 * `POST rpc/<name>` takes the request and gives the response; `GET events` is a stream of server-sent events.
 */
import type { AppEvent } from './generated'
import type { ChosenFile, Transport } from './transport'

const KEPT = 'gatewright-token'
const AGAIN = 1000

/** From `#token=…` (taken out of the address at once), the page's meta tag, or an earlier load of this tab. */
function findToken(): string {
  const given = /^#token=([^&]+)/.exec(location.hash)?.[1]
  if (given !== undefined) {
    sessionStorage.setItem(KEPT, given)
    history.replaceState(null, '', `${location.pathname}${location.search}#/`)
    return given
  }
  const meta = document.querySelector<HTMLMetaElement>('meta[name="gatewright-token"]')?.content
  return meta ?? sessionStorage.getItem(KEPT) ?? ''
}

export function http(base = new URL('./', document.baseURI), token = findToken()): Transport {
  const authorization = { Authorization: `Bearer ${token}` }
  return {
    async call(name, request) {
      const answer = await fetch(new URL(`rpc/${name}`, base), {
        method: 'POST',
        headers: { ...authorization, 'Content-Type': 'application/json' },
        body: JSON.stringify(request),
      })
      const body: unknown = await answer.json()
      if (!answer.ok) throw body
      return body
    },
    listen(callback, onBreak) {
      const ended = new AbortController()
      let tried: () => void = () => {}
      const heard = new Promise<void>((resolve) => (tried = resolve))
      void (async () => {
        let missed = false
        while (!ended.signal.aborted) {
          try {
            const answer = await fetch(new URL('events', base), { headers: authorization, signal: ended.signal })
            if (!answer.ok || !answer.body) throw new Error(`events: ${answer.status}`)
            tried()
            // Only now: what is read before the stream is open may change unheard.
            if (missed) onBreak()
            missed = true
            for await (const data of sentEvents(answer.body)) callback(JSON.parse(data) as AppEvent)
          } catch {
            if (ended.signal.aborted) return
            tried()
            // Reading fails now, too, and says why.
            if (missed) onBreak()
            missed = true
          }
          await new Promise((resolve) => setTimeout(resolve, AGAIN))
        }
      })()
      return { heard, stop: () => ended.abort() }
    },
    host: {
      openFileDialog: (_title, extensions) =>
        new Promise((resolve) => {
          const input = document.createElement('input')
          input.type = 'file'
          input.accept = extensions.map((extension) => `.${extension}`).join(',')
          input.addEventListener('cancel', () => resolve(null))
          input.addEventListener('change', () => {
            const file = input.files?.[0]
            if (file) void read(file).then(resolve)
            else resolve(null)
          })
          input.click()
        }),
      saveFileDialog: (_title, fileName) =>
        Promise.resolve({
          to: 'download',
          save(text) {
            const link = document.createElement('a')
            link.href = URL.createObjectURL(new Blob([text]))
            link.download = fileName
            link.click()
            URL.revokeObjectURL(link.href)
          },
        }),
      openUrl(url) {
        window.open(url, '_blank', 'noopener')
        return Promise.resolve()
      },
      onFileDrop(callback) {
        const over = (event: DragEvent) => event.preventDefault()
        const drop = (event: DragEvent) => {
          event.preventDefault()
          for (const file of event.dataTransfer?.files ?? []) void read(file).then(callback)
        }
        window.addEventListener('dragover', over)
        window.addEventListener('drop', drop)
        return () => {
          window.removeEventListener('dragover', over)
          window.removeEventListener('drop', drop)
        }
      },
    },
  }
}

async function read(file: File): Promise<ChosenFile> {
  return { from: 'text', text: await file.text(), name: file.name }
}

/** The `data` of each event of a stream of server-sent events. */
export async function* sentEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const reader = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader()
  let rest = ''
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    rest += value.replaceAll('\r\n', '\n')
    let end: number
    while ((end = rest.indexOf('\n\n')) >= 0) {
      const data = rest
        .slice(0, end)
        .split('\n')
        .filter((line) => line.startsWith('data:'))
        .map((line) => line.slice(5).replace(/^ /, ''))
      rest = rest.slice(end + 2)
      if (data.length > 0) yield data.join('\n')
    }
  }
}
