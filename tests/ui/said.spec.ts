/** What a gateway said about a document, on the page of its run: shown like problems, each leading to its place. */
import { expect, test } from './fixtures'
import { open } from './pages.mjs'

test('warnings of a run lead to their places in the document', async ({ page, core, sample }) => {
  const { text } = await core.call('apis.document', { api: sample.api })
  const line = 1 + text.split('\n').findIndex((one: string) => one.includes('/pets'))
  const place = { pointer: '/paths/~1pets', line, column: 3 }
  const finding = (message: string, at: typeof place, why: string) => ({
    rule: 'GW055',
    severity: 'warning',
    place: at,
    message,
    why,
    fix: 'Remove the schema to be rid of the message.',
    fixable: false,
  })
  const nowhere = { pointer: '', line: 0, column: 0 }
  await page.route('**/rpc/deployments.get', async (route) => {
    const response = await route.fetch()
    const detail = await response.json()
    detail.findings = [
      { finding: finding("Invalid format for model 'text' for resource '/pets'. Ignoring.", place, 'AWS makes models of JSON bodies only.'), now: place },
      { finding: finding('Something that names no place', nowhere, ''), now: null },
      { finding: finding('A place that went away', { ...place, line: 9_999 }, ''), now: null },
    ]
    await route.fulfill({ response, json: detail })
  })
  await open(page, `/deployments/${sample.deployment}`)
  const said = page.getByRole('list', { name: 'What local said about the document' })
  await expect(said.getByRole('listitem')).toHaveCount(3)
  await expect(said).toContainText('AWS makes models of JSON bodies only.')
  await expect(said).toContainText('That place is not in the document any more.')
  await expect(said.getByRole('link')).toHaveCount(1)
  await said.getByRole('link', { name: `Go to line ${line}, column 3` }).click()
  await expect(page).toHaveURL(new RegExp(`design\\?line=${line}&column=3$`))
  await expect(page.getByRole('textbox', { name: 'OpenAPI document' })).toBeFocused()
  await expect(page.locator('.cm-activeLine')).toContainText('/pets')
  await page.unrouteAll({ behavior: 'ignoreErrors' })
})
