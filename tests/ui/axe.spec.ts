/** Nothing serious on any page, light and dark. */
import { startAws } from './aws.mjs'
import { fillWithFleet } from './core.mjs'
import { expect, test } from './fixtures'
import { emptyPages, open, samplePages } from './pages.mjs'
import { AxeBuilder, type Page } from './playwright'

async function serious(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']).analyze()
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, help, nodes }) => `${id}: ${help}\n    ${nodes.map((node) => node.html.slice(0, 160)).join('\n    ')}`)
}

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme })

    test('pages with a fleet', async ({ page, core, sample }) => {
      test.setTimeout(600_000)
      const aws = await startAws()
      try {
        for (const [name, path, press] of samplePages(await fillWithFleet(core, sample, aws.url))) {
          await open(page, path, press)
          expect.soft(await serious(page), `${name} (${colorScheme})`).toEqual([])
        }
      } finally {
        await aws.stop()
      }
    })

    test('pages without data', async ({ page }) => {
      test.setTimeout(180_000)
      for (const [name, path, press] of emptyPages) {
        await open(page, path, press)
        expect.soft(await serious(page), `${name} (${colorScheme})`).toEqual([])
      }
    })
  })
}

test('the palette, the cheat sheet and a question', async ({ page, sample }) => {
  await open(page, '/')
  await page.keyboard.press('Control+k')
  await page.getByRole('dialog').waitFor()
  expect.soft(await serious(page), 'palette').toEqual([])
  await page.keyboard.press('Escape')
  // Until it is gone a key is text in its field.
  await page.getByRole('dialog').waitFor({ state: 'hidden' })
  await page.keyboard.press('?')
  await page.getByRole('dialog').waitFor()
  expect.soft(await serious(page), 'cheat sheet').toEqual([])
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'hidden' })
  await open(page, `/gateways/${sample.gateway}`)
  await page.getByRole('button', { name: 'Remove' }).click()
  await page.getByRole('dialog', { name: 'is in use' }).waitFor()
  expect.soft(await serious(page), 'in use').toEqual([])
})
