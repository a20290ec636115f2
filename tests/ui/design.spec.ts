/** APIs from nothing or from a document, edited as form and as text, and protected. */
import { expect, test } from './fixtures'
import { open } from './pages.mjs'

const DOCUMENT = `openapi: 3.0.3
info:
  title: Notes
  version: 1.0.0
paths:
  /notes:
    get:
      operationId: listNotes
      responses:
        "200":
          description: Notes
`

test('an API is made from scratch, gets an operation, and keeps what was typed over a mistake', async ({ page }) => {
  await open(page, '/apis/new')
  await page.getByRole('textbox', { name: 'Name' }).fill('Orders')
  await page.getByRole('textbox', { name: 'Backend URL' }).fill('orders.internal')
  await page.getByRole('button', { name: 'Create and add operations' }).click()
  await expect(page.getByText('Not an address')).toBeVisible()
  await expect(page.getByRole('textbox', { name: 'Name' })).toHaveValue('Orders')
  await page.getByRole('radio', { name: 'Mock answers' }).click()
  await page.getByRole('button', { name: 'Create and add operations' }).click()
  await expect(page).toHaveURL(/#\/apis\/[^/]+\/design$/)

  await page.getByRole('textbox', { name: 'Path' }).fill('/orders/{id}')
  await expect(page.getByRole('table', { name: 'Parameters' }).getByRole('textbox', { name: 'Name' })).toHaveValue('id')
  await page.getByRole('textbox', { name: 'Summary' }).fill('One order')
  await page.keyboard.press('Control+s')
  await expect(page.getByRole('button', { name: /GET \/orders\/\{id\}/ })).toBeVisible()

  await page.getByRole('button', { name: 'Operation', exact: true }).click()
  await page.getByRole('textbox', { name: 'Path' }).fill('/orders/{key}')
  await expect(page.getByText('GET /orders/{id} exists already')).toBeVisible()
})

test('form and document are two sides of one text, and neither loses what was typed', async ({ page, core }) => {
  const { api } = await core.call('apis.import', { source: { from: 'text', text: DOCUMENT, file_name: null }, name: null, version: null, backend: { kind: 'mock' }, base_path: null })
  await open(page, `/apis/${api.id}/design`)
  await page.getByRole('textbox', { name: 'Summary' }).fill('All notes')
  await open(page, '/apis')
  await open(page, `/apis/${api.id}/design`)
  await expect(page.getByRole('textbox', { name: 'Summary' })).toHaveValue('All notes')

  await page.keyboard.press('Control+e')
  await page.getByRole('dialog').getByRole('button', { name: 'Save and go on' }).click()
  const editor = page.getByRole('textbox', { name: 'OpenAPI document' })
  await expect(editor).toContainText('summary: All notes')

  await editor.click()
  await page.keyboard.press('Control+End')
  await page.keyboard.type('bad: [')
  // The editor closes the bracket by itself.
  await page.keyboard.press('Delete')
  await expect(page.getByRole('button', { name: /problem/ })).toBeVisible()
  await page.getByRole('button', { name: /problem/ }).click()
  await page.getByRole('button', { name: /^Go to line/ }).first().click()
  await expect(editor).toBeFocused()
  await page.getByRole('button', { name: 'Discard' }).click()
  await page.keyboard.press('Control+e')
  await expect(page.getByRole('textbox', { name: 'Summary' })).toHaveValue('All notes')
})

test('an operation saved elsewhere meanwhile is not overwritten, and what was typed stays', async ({ page, core }) => {
  const { api } = await core.call('apis.import', { source: { from: 'text', text: DOCUMENT, file_name: null }, name: null, version: null, backend: { kind: 'mock' }, base_path: null })
  await open(page, `/apis/${api.id}/design`)
  await page.getByRole('textbox', { name: 'Summary' }).fill('Mine')
  const form = await core.call('operations.get', { api: api.id, operation: 'GET /notes' })
  const { api: now } = await core.call('apis.get', { api: api.id })
  await core.call('operations.put', { api: api.id, edition: now.edition, replaces: 'GET /notes', form: { ...form, description: 'Theirs' } })

  await page.getByRole('button', { name: 'Save operation' }).click()
  await page.getByRole('button', { name: 'Read again, keep what I typed' }).click()
  await expect(page.getByRole('textbox', { name: 'Description' }).first()).toHaveValue('Theirs')
  await expect(page.getByRole('textbox', { name: 'Summary' })).toHaveValue('Mine')
  await page.getByRole('button', { name: 'Save operation' }).click()
  await expect(page.getByText('Unsaved changes')).toHaveCount(0)
  const saved = await core.call('operations.get', { api: api.id, operation: 'GET /notes' })
  expect([saved.summary, saved.description]).toEqual(['Mine', 'Theirs'])
})

test('a pasted document whose name is taken is kept and imported as another version', async ({ page, core }) => {
  await core.call('apis.import', { source: { from: 'text', text: DOCUMENT, file_name: null }, name: null, version: null, backend: null, base_path: null })
  await open(page, '/apis/import')
  await page.getByRole('radio', { name: 'Pasted text' }).click()
  await page.getByRole('textbox', { name: 'Document' }).fill(DOCUMENT)
  await page.getByRole('dialog').getByRole('button', { name: 'Import', exact: true }).click()
  await expect(page.getByRole('alert')).toContainText('The name is taken')
  await expect(page.getByRole('textbox', { name: 'Document' })).toHaveValue(DOCUMENT)
  await page.getByRole('button', { name: 'Import as version 1.0.1' }).click()
  await page.getByRole('link', { name: 'Open Notes' }).click()
  await expect(page.getByRole('heading', { name: 'Notes' })).toBeVisible()
  await expect(page.getByText('1.0.1')).toBeVisible()
})

test('a document of a private address is fetched only when that is allowed', async ({ page }) => {
  await open(page, '/apis/import')
  await page.getByRole('radio', { name: 'An address' }).click()
  await page.getByRole('textbox', { name: 'Address of the document' }).fill('http://127.0.0.1:1/openapi.yaml')
  await page.getByRole('dialog').getByRole('button', { name: 'Import', exact: true }).click()
  await expect(page.getByRole('dialog').getByText('network.refused-address')).toHaveCount(1)
  await page.getByRole('switch', { name: 'Allow private addresses' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Import', exact: true }).click()
  // Allowed now, and nothing listens there.
  await expect(page.getByRole('dialog').getByText('network.unreachable')).toHaveCount(1)
})

test('an OAuth policy is attached with an exception, and detaching says what it opens', async ({ page, core, sample }) => {
  expect(sample.api).toBeTruthy()
  const { api } = await core.call('apis.import', { source: { from: 'text', text: DOCUMENT, file_name: null }, name: 'Guarded', version: null, backend: { kind: 'mock' }, base_path: null })
  await open(page, `/apis/${api.id}/policies`)
  await page.getByRole('textbox', { name: 'Audience' }).fill('https://notes.example')
  await page.getByRole('combobox', { name: 'What GET /notes asks for' }).selectOption('own scopes')
  await page.getByRole('textbox', { name: 'Scopes of GET /notes' }).fill('notes:read')
  await page.getByRole('button', { name: 'Attach policy' }).click()
  await expect(page.getByRole('button', { name: 'Detach' })).toBeVisible()
  const view = await core.call('policies.get', { api: api.id })
  expect(view.operations[0].security).toEqual({ kind: 'token', scopes: ['notes:read'] })

  await page.getByRole('switch', { name: 'Answer browsers of other origins' }).click()
  await page.getByRole('textbox', { name: 'Origins' }).fill('*')
  await page.getByRole('checkbox', { name: 'Allow cookies and credentials' }).click()
  await page.getByRole('button', { name: 'Save CORS' }).click()
  await expect(page.getByText('Browsers refuse * together with credentials')).toBeVisible()
  await page.getByRole('checkbox', { name: 'Allow cookies and credentials' }).click()
  await page.getByRole('button', { name: 'Save CORS' }).click()
  await expect.poll(async () => (await core.call('policies.get', { api: api.id })).policies.cors?.allow_origins).toEqual(['*'])

  await page.getByRole('button', { name: 'Detach' }).click()
  const question = page.getByRole('alertdialog')
  await expect(question).toContainText('One operation that asks for a token now will be open to everyone')
  await question.getByRole('button', { name: 'Detach' }).click()
  await expect(page.getByText('every operation is open to everyone')).toBeVisible()
})

test('removing a deployed API is refused and says where it is', async ({ page, sample }) => {
  await open(page, `/apis/${sample.api}/design`)
  await page.getByRole('button', { name: /^More about/ }).click()
  await page.getByRole('menuitem', { name: 'Remove' }).click()
  await expect(page.getByRole('dialog')).toContainText('is deployed')
  await expect(page.getByRole('link', { name: 'Go to deployments' })).toBeVisible()
})

const LOSSY = `openapi: 3.0.3
info:
  title: Lossy
  version: 1.0.0
paths:
  /notes:
    get:
      operationId: notes
      parameters:
        - name: limit
          in: query
          schema: { type: integer, maximum: 100 }
      responses:
        "200":
          description: Notes
    post:
      operationId: notes
      responses:
        "201":
          description: Made
`

test('how true AWS is to each operation stands beside the document and leads into it', async ({ page, core }) => {
  const { api } = await core.call('apis.import', { source: { from: 'text', text: LOSSY, file_name: null }, name: null, version: null, backend: { kind: 'mock' }, base_path: null })
  await open(page, `/apis/${api.id}/design`)
  await expect(page.getByRole('contentinfo', { name: 'Status' })).toContainText(/AWS: \d+ changes?, 1 lost/)
  await page.getByRole('button', { name: /^AWS: \d+ exact, \d+ changed, 1 lost/ }).click()
  const panel = page.getByRole('region', { name: 'Fidelity on AWS' })
  await panel.getByRole('button', { name: /^lost GET \/notes/ }).click()
  await expect(panel.getByText('GW030')).toBeVisible()
  await panel.getByRole('button', { name: /^lost 1$/ }).click()
  await expect(panel.getByText('POST')).toHaveCount(0)
  await panel.getByRole('button', { name: /^Go to line/ }).first().click()
  await expect(page.getByRole('textbox', { name: 'OpenAPI document' })).toBeFocused()
})

test('a finding is fixed in the editor, taken back with one key, and saved only when asked', async ({ page, core }) => {
  const { api } = await core.call('apis.import', { source: { from: 'text', text: LOSSY, file_name: null }, name: null, version: null, backend: { kind: 'mock' }, base_path: null })
  await open(page, `/apis/${api.id}/design`)
  await page.getByRole('button', { name: /problem/ }).first().click()
  const duplicate = page.getByRole('listitem').filter({ hasText: /notes/ }).filter({ has: page.getByRole('button', { name: 'Fix', exact: true }) }).first()
  await duplicate.getByRole('button', { name: 'Fix', exact: true }).click()
  await expect(page.getByText(/^Fixed \d+ problems?\. /)).toBeVisible()
  await expect(page.getByText('Unsaved changes')).toBeVisible()
  expect((await core.call('apis.document', { api: api.id })).text).toBe(LOSSY)
  const editor = page.getByRole('textbox', { name: 'OpenAPI document' })
  await editor.press('Control+z')
  await expect(page.getByText('Unsaved changes')).toHaveCount(0)
  await editor.press('Control+y')
  await page.keyboard.press('Control+s')
  await expect(page.getByText('Document saved')).toBeVisible()
  expect((await core.call('apis.document', { api: api.id })).text).not.toBe(LOSSY)
})

test('request validation is saved and turned off again', async ({ page, core }) => {
  const { api } = await core.call('apis.import', { source: { from: 'text', text: DOCUMENT, file_name: null }, name: 'Checked', version: null, backend: { kind: 'mock' }, base_path: null })
  await open(page, `/apis/${api.id}/policies`)
  await page.getByRole('switch', { name: 'Check bodies' }).click()
  await page.getByRole('button', { name: 'Save validation' }).click()
  await expect(page.getByText(/^Request validation saved/)).toBeVisible()
  expect((await core.call('policies.get', { api: api.id })).policies.validation).toEqual({ parameters: false, body: true })
  await page.getByRole('switch', { name: 'Check bodies' }).click()
  await page.getByRole('button', { name: 'Save validation' }).click()
  await expect(page.getByText('Request validation turned off')).toBeVisible()
})
