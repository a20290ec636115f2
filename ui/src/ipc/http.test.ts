import { afterEach, expect, test, vi } from 'vitest'
import { http, sentEvents } from './http'

const stream = (...chunks: string[]) =>
  new ReadableStream<Uint8Array>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(new TextEncoder().encode(chunk))
      controller.close()
    },
  })

async function collect(...chunks: string[]): Promise<string[]> {
  const all: string[] = []
  for await (const data of sentEvents(stream(...chunks))) all.push(data)
  return all
}

test('events are found however the bytes are cut', async () => {
  const text = ': open\n\ndata: {"a":1}\n\nevent: x\r\ndata: one\r\ndata: two\r\n\r\n'
  expect(await collect(text)).toEqual(['{"a":1}', 'one\ntwo'])
  expect(await collect(...text.replaceAll('\r\n', '\n'))).toEqual(['{"a":1}', 'one\ntwo'])
})

test('an event without its end is not given', async () => {
  expect(await collect('data: whole\n\ndata: half')).toEqual(['whole'])
})

afterEach(() => vi.unstubAllGlobals())

test('a call carries the token and gives the body; an error status throws it', async () => {
  const answers = [Response.json({ done: true }), Response.json({ code: 'app.defect' }, { status: 422 })]
  const fetched = vi.fn((_url: URL, _init: RequestInit) => Promise.resolve(answers.shift()))
  vi.stubGlobal('fetch', fetched)
  const transport = http(new URL('http://127.0.0.1:1234/'), 'secret-of-the-tab')
  expect(await transport.call('app.status', { a: 1 })).toEqual({ done: true })
  const [url, init] = fetched.mock.calls[0] ?? []
  expect(String(url)).toBe('http://127.0.0.1:1234/rpc/app.status')
  expect(init?.headers).toMatchObject({ Authorization: 'Bearer secret-of-the-tab' })
  expect(init?.body).toBe('{"a":1}')
  await expect(transport.call('app.status', {})).rejects.toEqual({ code: 'app.defect' })
})

/** An event stream that the test ends. */
function openStream() {
  let end = () => {}
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      end = () => controller.close()
    },
  })
  return { answer: new Response(body), end: () => end() }
}

test('reads wait until events are heard, and are told of a gap only once they are heard again', async () => {
  vi.useFakeTimers()
  try {
    const first = openStream()
    const opening: ((answer: Response) => void)[] = []
    vi.stubGlobal('fetch', () => new Promise<Response>((resolve) => opening.push(resolve)))
    const told: string[] = []
    const { heard, stop } = http(new URL('http://127.0.0.1:1234/'), 't').listen(
      () => told.push('event'),
      () => told.push('break'),
    )
    void heard.then(() => told.push('heard'))
    await vi.advanceTimersByTimeAsync(10)
    expect(told).toEqual([])
    opening.shift()?.(first.answer)
    await vi.advanceTimersByTimeAsync(0)
    expect(told).toEqual(['heard'])
    first.end()
    await vi.advanceTimersByTimeAsync(1500)
    // The second stream is asked for, not open yet: what is read now could change unheard.
    expect([opening.length, told]).toEqual([1, ['heard']])
    opening.shift()?.(openStream().answer)
    await vi.advanceTimersByTimeAsync(0)
    expect(told).toEqual(['heard', 'break'])
    stop()
  } finally {
    vi.useRealTimers()
  }
})

test('a core that cannot be heard does not keep calls waiting', async () => {
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('refused')))
  const { heard, stop } = http(new URL('http://127.0.0.1:1234/'), 't').listen(
    () => {},
    () => {},
  )
  await heard
  stop()
})
