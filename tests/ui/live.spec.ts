/** What the frame says stays true: after a deployment, whoever starts a gateway, and before the page hears events. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from './fixtures'
import { open } from './pages.mjs'
import type { Page } from './playwright'

const status = (page: Page) => page.getByRole('contentinfo', { name: 'Status' })
const picker = (page: Page) => page.locator('main header .where')
const dot = (page: Page) => page.getByRole('navigation', { name: 'Main' }).getByText(/running$/)

test('after a deployment nothing runs any more, and the gateway is said to be running', async ({ page, core }) => {
  const sample = await core.call('samples.install', {})
  await core.call('gateways.stop', { gateway: sample.gateway })
  await open(page, `/apis/${sample.api}/deployments`)
  await expect(picker(page)).toContainText('stopped')
  // The run ends before the page has been told what it is called.
  await page.route('**/rpc/deployments.get', async (route) => {
    const response = await route.fetch()
    await new Promise((resolve) => setTimeout(resolve, 1_500))
    await route.fulfill({ response })
  })
  await page.getByRole('button', { name: 'Review plan' }).click()
  for (const box of await page.locator('fieldset').getByRole('checkbox').all()) await box.click()
  await page.getByRole('button', { name: 'Deploy to local' }).click()
  await expect(page.getByRole('link', { name: 'Try it' })).toBeVisible()
  await expect(page.getByText('Petstore is live on local')).toBeVisible()
  await expect(status(page)).toContainText('Nothing running')
  await expect(dot(page)).toHaveCount(0)
  await expect(picker(page)).toContainText('running')
  await page.unrouteAll({ behavior: 'ignoreErrors' })
})

test('what changes before the page hears events is not missed', async ({ page, core, sample }) => {
  await expect(picker(page)).toContainText('running')
  await page.route('**/events', async (route) => {
    await core.call('gateways.stop', { gateway: sample.gateway })
    await new Promise((resolve) => setTimeout(resolve, 500))
    await route.continue()
  })
  await page.reload()
  await expect(picker(page)).toContainText('stopped')
})

test('a gateway that a call started is said to be running', async ({ page, core, sample }) => {
  await core.call('gateways.stop', { gateway: sample.gateway })
  await open(page, `/apis/${sample.api}/console`)
  await expect(picker(page)).toContainText('stopped')
  await page.getByRole('button', { name: 'Send' }).click()
  await expect(page.getByRole('status', { name: 'Answer' })).toContainText(/200|401/)
  await expect(picker(page)).toContainText('running')
})

test('what the command line does shows in the open window', async ({ page, core }) => {
  const program = join(core.programs, 'gatewright')
  await open(page, '/apis')
  await promisify(execFile)(program, ['--home', core.home, 'api', 'create', 'Typed', '--version', '1', '--base-path', '/typed', '--backend', 'http://127.0.0.1:9'])
  await expect(page.getByRole('link', { name: 'Typed' })).toBeVisible()
})
