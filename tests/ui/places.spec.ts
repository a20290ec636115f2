/** Gateways, key managers, applications and settings, driven as a user does. */
import { expect, test } from './fixtures'
import { open } from './pages.mjs'

test('first run offers three doors and the sample opens', async ({ page }) => {
  await expect(page.getByRole('heading', { name: 'Try the sample' })).toBeVisible()
  await expect(page.getByRole('button', { name: 'Choose a file' })).toBeVisible()
  await expect(page.getByRole('link', { name: 'Register a gateway' })).toHaveAttribute('href', '#/gateways/new/aws')
  await page.getByRole('button', { name: 'Open the sample' }).click()
  await expect(page).toHaveURL(/#\/apis\/[^/]+\/deployments$/)
})

test('a dropped document becomes an API', async ({ page }) => {
  // Nobody drops a file on a page that is not there yet.
  await expect(page.getByRole('heading', { name: 'Try the sample' })).toBeVisible()
  await page.evaluate(() => {
    const text = JSON.stringify({ openapi: '3.0.3', info: { title: 'Dropped', version: '1.0.0' }, paths: { '/a': { get: { responses: { 200: { description: 'ok' } } } } } })
    const dataTransfer = new DataTransfer()
    dataTransfer.items.add(new File([text], 'dropped.json', { type: 'application/json' }))
    window.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }))
  })
  await expect(page).toHaveURL(/#\/apis\//)
  await open(page, '/')
  await expect(page.getByRole('link', { name: 'Dropped' })).toBeVisible()
})

test('a local gateway is added, stopped, started, edited and removed', async ({ page }) => {
  await open(page, '/gateways/new/local')
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('scratch')
  await page.getByRole('button', { name: 'Register gateway' }).click()
  await expect(page).toHaveURL(/#\/gateways\/[^/]+$/)
  const state = page.locator('main h2 + *')
  await expect(state).toHaveText('running')
  await page.getByRole('button', { name: 'Stop' }).click()
  await expect(state).toHaveText('stopped')
  await page.getByRole('button', { name: 'Start' }).click()
  await expect(state).toHaveText('running')

  await page.getByRole('link', { name: 'Edit' }).click()
  await page.getByText('More settings').click()
  await page.getByRole('textbox', { name: 'Display name' }).fill('Scratch pad')
  await page.getByRole('button', { name: 'Save changes' }).click()
  await expect(page.getByRole('heading', { name: 'Scratch pad' })).toBeVisible()

  await page.getByRole('button', { name: 'Remove' }).click()
  const question = page.getByRole('alertdialog')
  await expect(question.getByRole('button', { name: 'Cancel' })).toBeFocused()
  await question.getByRole('button', { name: 'Remove' }).click()
  await expect(page).toHaveURL(/#\/gateways$/)
  await expect(page.getByText('scratch', { exact: true })).toHaveCount(0)
})

test('the title bar names the gateways a page is about, and elsewhere the chosen one', async ({ page, core, sample }) => {
  const other = await core.call('gateways.create', { name: 'scratch', display_name: '', description: '', target: { kind: 'local', port: null } })
  const where = page.locator('main header .where')
  await open(page, '/apis')
  await expect(where.getByRole('button', { name: 'Change gateway' })).toContainText('local')
  await open(page, `/apis/${sample.api}/deployments/plan?on=${other.id}&goal=publish`)
  await expect(where.getByText('scratch', { exact: true })).toBeVisible()
  await expect(where.getByRole('button', { name: 'Change gateway' })).toHaveCount(0)
  await open(page, `/apis/${sample.api}/deployments/plan?on=${other.id},${sample.gateway}&goal=publish`)
  await expect(where).toContainText('2 gateways')

  await open(page, `/gateways/${other.id}`)
  await expect(where.getByRole('button', { name: 'Change gateway' })).toContainText('scratch')
  await where.getByRole('button', { name: 'Change gateway' }).click()
  await page.getByRole('menuitemradio', { name: /^local/ }).click()
  await expect(page).toHaveURL(new RegExp(`#/gateways/${sample.gateway}$`))
  await expect(where.getByRole('button', { name: 'Change gateway' })).toContainText('local')
})

test('a taken name is an error in its field and keeps what was typed', async ({ page, sample }) => {
  expect(sample.gateway).toBeTruthy()
  await open(page, '/gateways/new/local')
  await page.getByText('More settings').click()
  await page.getByRole('textbox', { name: 'Description' }).fill('typed with care')
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('local')
  await page.getByRole('button', { name: 'Register gateway' }).click()
  const name = page.getByRole('textbox', { name: 'Name', exact: true })
  await expect(name).toHaveAttribute('aria-invalid', 'true')
  await expect(name).toBeFocused()
  await expect(page.getByRole('textbox', { name: 'Description' })).toHaveValue('typed with care')
})

test('a gateway with an API is not removed, and says which API', async ({ page, sample }) => {
  await open(page, `/gateways/${sample.gateway}`)
  await page.getByRole('button', { name: 'Remove' }).click()
  const inUse = page.getByRole('dialog', { name: 'is in use' })
  await expect(inUse.getByRole('link', { name: 'Petstore' })).toBeVisible()
  await expect(inUse).toContainText('Undeploy first')
  await expect(page.getByRole('alertdialog')).toHaveCount(0)
})

test('an unreachable AWS endpoint is told apart from bad credentials', async ({ page }) => {
  await open(page, '/gateways/new/aws')
  await page.getByRole('radio', { name: 'An access key' }).click()
  await page.getByRole('textbox', { name: 'Access key id' }).fill('AKIAIOSFODNN7EXAMPLE')
  await page.getByLabel('Secret access key').fill('not-a-real-secret-not-a-real-secret')
  await page.getByRole('combobox', { name: 'Region', exact: true }).fill('eu-west-1')
  await page.keyboard.press('Tab')
  await page.getByText('More settings').click()
  // Port 1 of loopback: nothing listens there.
  await page.getByRole('textbox', { name: 'Endpoint URL' }).fill('http://127.0.0.1:1')
  await page.getByRole('button', { name: 'Test connection' }).click()
  await expect(page.getByRole('alert')).toContainText('The network did not let it through', { timeout: 45_000 })
  await expect(page.getByLabel('Secret access key')).toHaveValue('not-a-real-secret-not-a-real-secret')
})

test('a key manager is filled from its issuer', async ({ page, core, sample }) => {
  expect(sample.api).toBeTruthy()
  const [resident] = await core.call('key_managers.list', {})
  await open(page, '/key-managers/new')
  await page.getByRole('textbox', { name: 'Issuer or discovery URL' }).fill(resident.key_manager.issuer)
  await expect(page.getByText(/signing key/)).toBeVisible()
  await expect(page.getByRole('textbox', { name: 'Token endpoint' })).toHaveValue(resident.key_manager.token_endpoint)
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('second')
  await page.getByRole('button', { name: 'Register key manager' }).click()
  await expect(page).toHaveURL(/#\/key-managers\/[^/]+$/)
  await page.getByRole('button', { name: 'Check now' }).click()
  await expect(page.getByText(/It answers with/)).toBeVisible()
})

test('an application gets a token, shows its claims, and reveals it only when asked', async ({ page, sample }) => {
  await open(page, `/applications/${sample.application}`)
  await page.getByRole('button', { name: /Get a (new )?token/ }).click()
  await expect(page.getByText('min left').first()).toBeVisible()
  await expect(page.getByText('"iss"').first()).toBeVisible()
  expect(await page.content()).not.toMatch(/eyJ[A-Za-z0-9_-]+\.eyJ/)
  await page.getByRole('button', { name: 'Reveal for 30 s' }).click()
  await expect(page.getByText(/^eyJ[A-Za-z0-9_-]+\.eyJ/)).toBeVisible()
  await page.getByRole('button', { name: 'Hide' }).click()
  expect(await page.content()).not.toMatch(/eyJ[A-Za-z0-9_-]+\.eyJ/)
  await page.getByRole('button', { name: 'Forget' }).click()
  await expect(page.getByRole('button', { name: 'Get a token' })).toBeVisible()
})

test('the keyboard alone reaches every page', async ({ page }) => {
  await page.keyboard.press('g')
  await page.keyboard.press('g')
  await expect(page.getByRole('heading', { name: 'Gateways', level: 1 })).toBeVisible()
  await page.keyboard.press('Control+k')
  await page.keyboard.type('settings')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { name: 'Settings', level: 1 })).toBeVisible()
  await page.keyboard.press('?')
  await expect(page.getByRole('dialog', { name: 'Keyboard' })).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toHaveCount(0)
})
