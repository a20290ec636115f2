/** A page over a core of its own: empty, or with the sample deployed. */
import { fillWithSample, startCore } from './core.mjs'
import { test as base } from './playwright'

type Core = Awaited<ReturnType<typeof startCore>>
type Sample = Awaited<ReturnType<typeof fillWithSample>>

export const test = base.extend<{ core: Core; sample: Sample }>({
  // eslint-disable-next-line no-empty-pattern
  core: async ({}, use) => {
    const core = await startCore()
    await use(core)
    await core.stop()
  },
  sample: async ({ core }, use) => {
    await use(await fillWithSample(core))
  },
  page: async ({ page, core }, use) => {
    const errors: string[] = []
    page.on('pageerror', (error) => errors.push(error.message))
    page.on('console', (message) => {
      // A fault is an answer with an error status; what the page may not have is a refused style or an exception.
      if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) errors.push(message.text())
    })
    await page.goto(core.url)
    await use(page)
    if (errors.length > 0) throw new Error(`the page complained:\n${errors.join('\n')}`)
  },
})

export { expect } from './playwright'
