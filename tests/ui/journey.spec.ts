/** Deploy, get a token, call: with the mouse, and with the keyboard alone. */
import { expect, test } from './fixtures'
import { open } from './pages.mjs'
import type { Page } from './playwright'

async function gateways(page: Page): Promise<string> {
  return page.evaluate(() => location.hash)
}

test('the sample is planned, deployed, called with and without a token, and withdrawn', async ({ page, core }) => {
  const sample = await core.call('samples.install', {})
  await open(page, `/apis/${sample.api}/deployments`)
  await page.getByRole('button', { name: 'Review plan' }).click()
  await expect(page.getByRole('heading', { name: 'What callers will notice' })).toBeVisible()
  const headings = await page.locator('h2').allTextContents()
  expect(headings.slice(0, 4)).toEqual(['Security', 'What callers will notice', 'What stays as it is', 'Remote calls'])
  for (const box of await page.locator('fieldset').getByRole('checkbox').all()) await box.click()
  await page.getByRole('button', { name: 'Deploy to local' }).click()
  await expect(page.getByRole('link', { name: 'Try it' })).toBeVisible()
  await expect(page.getByRole('button', { name: 'Copy the address' })).toBeVisible()
  expect(await gateways(page)).toContain('#/deployments/')

  await page.getByRole('link', { name: 'Try it' }).click()
  await page.getByRole('combobox', { name: 'Operation' }).fill('GET /pets')
  await page.getByRole('option', { name: /^GET \/pets\b(?!\/)/ }).first().click()
  await page.getByRole('button', { name: 'Get token' }).click()
  await expect(page.getByText('matches policy')).toBeVisible()
  await page.getByRole('button', { name: 'Send' }).click()
  const answer = page.getByRole('status', { name: 'Answer' })
  await expect(answer).toContainText('200 OK')
  await expect(page.getByRole('textbox', { name: 'Answer body' })).toContainText('pet-301')

  await page.getByRole('combobox', { name: /Token of/ }).click()
  await page.getByRole('option', { name: 'No token' }).click()
  await page.keyboard.press('Control+Enter')
  await expect(answer).toContainText('401')
  await expect(page.getByText('Why 401?')).toBeVisible()

  // The history is the catalog's, not the page's.
  await page.reload()
  await expect(page.getByRole('button', { name: 'Send' })).toBeVisible()
  await page.keyboard.press('Control+Shift+h')
  const past = page.getByRole('complementary', { name: 'History' }).getByRole('button', { name: /GET/ })
  await expect(past).toHaveCount(2)
  await past.last().click()
  await expect(answer).toContainText('200 OK')
  await expect(page.getByText('the form is filled as it was sent')).toBeVisible()

  await open(page, `/apis/${sample.api}/deployments`)
  await page.getByRole('button', { name: 'Review plan' }).click()
  await expect(page.getByText('Nothing to change: it is live as planned')).toBeVisible()
  await page.getByRole('link', { name: 'Back to deployments' }).click()
  await page.getByRole('button', { name: 'Undeploy from local' }).click()
  const undeploy = page.getByRole('button', { name: 'Undeploy from local' })
  await expect(undeploy).toBeDisabled()
  await page.getByRole('checkbox', { name: /Callers of/ }).click()
  await undeploy.click()
  await expect(page.getByText('Callers no longer reach it here.')).toBeVisible()
})

test('the keyboard alone deploys and calls', async ({ page, core }) => {
  const sample = await core.call('samples.install', {})
  await open(page, `/apis/${sample.api}/deployments`)
  await expect(page.getByRole('checkbox', { name: 'local' })).toBeChecked()
  await page.keyboard.press('Control+Shift+d')
  await expect(page.getByRole('heading', { name: 'Remote calls' })).toBeVisible()
  for (const box of await page.locator('fieldset').getByRole('checkbox').all()) {
    await box.focus()
    await page.keyboard.press('Space')
  }
  await page.keyboard.press('Control+Enter')
  const tryIt = page.getByRole('link', { name: 'Try it' })
  await tryIt.focus()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('combobox', { name: 'Operation' })).toBeVisible()
  await expect(page.getByRole('button', { name: 'Send' })).toBeEnabled()
  await page.keyboard.press('Control+Enter')
  await expect(page.getByRole('status', { name: 'Answer' })).toContainText(/200|401/)
})

test('a run keeps its journal, and its page opens again from the list', async ({ page, sample }) => {
  await open(page, `/apis/${sample.api}/deployments`)
  await page.getByRole('table', { name: 'Runs' }).getByRole('link').first().click()
  await page.getByText('Journal').click()
  const journal = page.getByRole('table', { name: 'Journal' })
  await expect(journal.getByRole('row').filter({ hasText: 'intended' }).first()).toBeVisible()
  await expect(journal.getByRole('row').last()).toContainText('live')
})

test('curl is copied without the token', async ({ page, sample }) => {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await open(page, `/apis/${sample.api}/console`)
  await page.getByRole('combobox', { name: 'Operation' }).fill('GET /pets')
  await page.getByRole('option', { name: /^GET \/pets\b(?!\/)/ }).first().click()
  await expect(page.getByText('matches policy')).toBeVisible()
  await page.getByRole('button', { name: 'Copy as curl' }).click()
  await expect(page.getByText('the token stands as $GATEWRIGHT_TOKEN')).toBeVisible()
  const text = await page.evaluate(() => navigator.clipboard.readText())
  expect(text).toContain('$GATEWRIGHT_TOKEN')
  expect(text).not.toMatch(/eyJ[A-Za-z0-9_-]+\.eyJ/)
})
