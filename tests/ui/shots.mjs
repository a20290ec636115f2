/**
 * A picture of every page over the real core, on sample data, on what an emulated AWS has, and on empty data, light and
 * dark, at two sizes: shots/<data>-<page>-<theme>-<width>.png. `npm run shots -- overview console` takes those pages only,
 * and `aws-drift` one of one kind of data.
 */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from '../../ui/node_modules/@playwright/test/index.mjs'
import { startAws } from './aws.mjs'
import { launchOptions } from './chromium.mjs'
import { fillWithFleet, fillWithSample, startCore } from './core.mjs'
import { emulator, fillWithEmulated } from './emulated.mjs'
import { emptyPages, emulatedPages, open, samplePages } from './pages.mjs'

const SIZES = [
  { width: 1280, height: 800 },
  { width: 1920, height: 1080 },
]
const only = process.argv.slice(2)
const folder = fileURLToPath(new URL('../../shots', import.meta.url))

await mkdir(folder, { recursive: true })
const browser = await chromium.launch(launchOptions)
let count = 0
try {
  const aws = await startAws()
  const full = await startCore()
  try {
    await shoot('sample', full, samplePages(await fillWithFleet(full, await fillWithSample(full), aws.url)))
  } finally {
    await full.stop()
    await aws.stop()
  }
  if (emulator) {
    const far = await startCore()
    try {
      const emulated = await fillWithEmulated(far, emulator, '123456789012')
      await shoot('aws', far, emulatedPages(emulated))
      await emulated.stop()
    } finally {
      await far.stop()
    }
  } else console.log('without an emulator (with-emulators) there are no pictures of what AWS makes')
  const empty = await startCore()
  try {
    await shoot('empty', empty, emptyPages)
  } finally {
    await empty.stop()
  }
} finally {
  await browser.close()
}
console.log(`${count} pictures in shots/`)

async function shoot(data, core, pages) {
  for (const colorScheme of ['light', 'dark']) {
    for (const viewport of SIZES) {
      const context = await browser.newContext({ viewport, colorScheme, reducedMotion: 'reduce' })
      const page = await context.newPage()
      // A plan asks the gateway, and the machine may be busy.
      page.setDefaultTimeout(120_000)
      page.on('pageerror', (error) => {
        throw error
      })
      await page.goto(core.url)
      for (const [name, path, press] of pages) {
        if (only.length > 0 && !only.includes(name) && !only.includes(`${data}-${name}`)) continue
        await open(page, path, press)
        await page.screenshot({ path: join(folder, `${data}-${name}-${colorScheme}-${viewport.width}.png`), animations: 'disabled' })
        count += 1
      }
      await context.close()
    }
  }
}
