/** A canary from the page: begun, given another share, promoted and dropped, each by its plan. */
import { deploy, edit } from './core.mjs'
import { expect, test } from './fixtures'
import { open } from './pages.mjs'
import type { Page } from './playwright'

/** Says yes to everything the plan on screen asks, and presses its button. */
async function agree(page: Page, verb: string) {
  const button = page.getByRole('button', { name: verb })
  await expect(button).toBeVisible()
  for (const box of await page.locator('footer').getByRole('checkbox').all()) await box.check()
  await button.click()
  await expect(page).toHaveURL(/#\/deployments\/[^/]+$/)
  await expect(page.getByText('live', { exact: true }).first()).toBeVisible()
}

test('a canary is begun, shared, promoted and dropped from the page', async ({ page, core, sample }) => {
  await edit(core, sample.api, (text) => text.replace('summary: List pets', 'summary: List pets for sale'))
  const deployments = `/apis/${sample.api}/deployments`
  await open(page, deployments)
  await expect(page.getByRole('heading', { name: 'Canary' })).toHaveCount(0)
  await page.getByRole('button', { name: 'As a canary…' }).click()
  const dialog = page.getByRole('dialog')
  const share = dialog.getByRole('textbox', { name: 'Requests that meet it' })
  await share.fill('120')
  await dialog.getByRole('button', { name: 'Review plan' }).click()
  await expect(share).toHaveAttribute('aria-invalid', 'true')
  await share.fill('12.5')
  await share.press('Enter')
  await expect(page.getByText('As a canary: 12.5 % of the requests meet')).toBeVisible()
  await agree(page, 'Deploy to local as a canary')

  await open(page, deployments)
  const canary = page.getByRole('region', { name: 'Canary' })
  await expect(canary).toContainText('12.5 % of the requests to local meet')
  await expect(page.getByRole('table', { name: 'Gateways' })).toContainText(/behind.*12\.5 % on/)
  await expect(page.getByRole('table', { name: 'Runs' })).toContainText('deploy, 12.5 %')

  await canary.getByRole('button', { name: 'Change share…' }).click()
  await page.getByRole('dialog').getByRole('textbox').fill('40')
  await page.getByRole('dialog').getByRole('button', { name: 'Review plan' }).click()
  await agree(page, 'Change the canary on local')
  await open(page, deployments)
  await expect(canary).toContainText('40 % of the requests')

  // What is kept says so too, and leads to the same plan.
  await open(page, `${deployments}/kept?on=${sample.gateway}`)
  const kept = page.getByRole('table', { name: 'Kept deployments' })
  await expect(kept).toContainText('canary, 40 % of the requests')
  await page.getByRole('link', { name: 'Promote…' }).click()
  await expect(page.getByText('is live then, for all requests')).toBeVisible()
  await agree(page, 'Promote the canary on local')
  await open(page, deployments)
  await expect(canary).toHaveCount(0)
  await expect(page.getByRole('table', { name: 'Gateways' })).not.toContainText('behind')

  await edit(core, sample.api, (text) => text.replace('summary: List pets for sale', 'summary: Every pet for sale'))
  await deploy(core, sample, 5)
  await open(page, deployments)
  await canary.getByRole('link', { name: 'Drop…' }).click()
  await expect(page.getByText('what the canary served is kept')).toBeVisible()
  await agree(page, 'Drop the canary on local')
  await open(page, deployments)
  await expect(canary).toHaveCount(0)
})
