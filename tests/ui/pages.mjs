/**
 * Every page, for the pictures and for axe: its name, its address, and what is pressed there if it is a question, or
 * else done. `sample` is what `fillWithFleet` made, `emulated` what `fillWithEmulated` did.
 */

export const emptyPages = [
  ['welcome', '/'],
  ['apis', '/apis'],
  ['gateways', '/gateways'],
  ['gateway-new', '/gateways/new/aws'],
  ['key-managers', '/key-managers'],
  ['applications', '/applications'],
  ['activity', '/activity'],
  ['settings', '/settings'],
]

export const samplePages = (sample) => [
  ['overview', '/'],
  ['apis', '/apis'],
  ['api-new', '/apis/new'],
  ['api-import', '/apis/import'],
  ['api-remove', '/apis', chosen('More about Petstore', 'Remove')],
  ['api-missing', '/apis/api_nowhere/design'],
  ['design', `/apis/${sample.api}/design`],
  ['design-document', `/apis/${sample.api}/design?line=12&column=3`],
  ['policies', `/apis/${sample.api}/policies`],
  ['deployments', `/apis/${sample.api}/deployments`],
  ['deployments-forget', `/apis/${sample.api}/deployments`, /^Forget on/],
  ['deployments-canary', `/apis/${sample.api}/deployments`, 'As a canary…'],
  ['deployments-share', `/apis/${sample.api}/deployments`, 'Change share…'],
  ['plan-canary', `/apis/${sample.api}/deployments/plan?on=${sample.gateway}&goal=publish&percent=25`],
  ['plan-promote', `/apis/${sample.api}/deployments/plan?on=${sample.gateway}&goal=promote`],
  ['plan-drop', `/apis/${sample.api}/deployments/plan?on=${sample.gateway}&goal=drop`],
  ['plan', `/apis/${sample.api}/deployments/plan?on=${sample.spare}&goal=publish`],
  ['plan-again', `/apis/${sample.api}/deployments/plan?on=${sample.gateway}&goal=publish`],
  ['plan-undeploy', `/apis/${sample.api}/deployments/plan?on=${sample.gateway}&goal=withdraw`],
  ['plan-undeploy-nothing', `/apis/${sample.api}/deployments/plan?on=${sample.spare}&goal=withdraw`],
  ['plan-aws', `/apis/${sample.api}/deployments/plan?on=${sample.staging}&goal=publish`],
  ['plan-rollback', `/apis/${sample.api}/deployments/plan?on=${sample.gateway}&goal=return&to=${sample.kept}`],
  ['kept', `/apis/${sample.api}/deployments/kept?on=${sample.gateway}`],
  ['diff', `/apis/${sample.api}/deployments/diff?from=live&to=working&on=${sample.gateway}`],
  ['diff-equal', `/apis/${sample.api}/deployments/diff?from=live&to=live&on=${sample.gateway}`],
  ['stage', `/apis/${sample.api}/deployments/stage?on=${sample.staging}`],
  ['stage-local', `/apis/${sample.api}/deployments/stage?on=${sample.gateway}`],
  ['console', `/apis/${sample.api}/console`],
  ['console-refused', `/apis/${sample.api}/console`, refused],
  ['console-long', `/apis/${sample.long}/console`, sent],
  ['deployment', `/deployments/${sample.deployment}`],
  ['deployment-missing', '/deployments/dep_nowhere'],
  ['gateways', '/gateways'],
  ['gateway', `/gateways/${sample.gateway}`],
  ['gateway-aws', `/gateways/${sample.staging}`],
  ['gateway-found', `/gateways/${sample.staging}/discover`],
  ['gateway-found-import', `/gateways/${sample.staging}/discover`, 'Import'],
  ['gateway-found-local', `/gateways/${sample.gateway}/discover`],
  ['gateway-edit', `/gateways/${sample.gateway}/edit`],
  ['gateway-new', '/gateways/new/aws'],
  ['gateway-new-local', '/gateways/new/local'],
  ['key-managers', '/key-managers'],
  ['key-manager-new', '/key-managers/new'],
  ['applications', '/applications'],
  ['application-new', '/applications/new'],
  ['application', `/applications/${sample.application}`],
  ['application-edit', `/applications/${sample.application}/edit`],
  ['activity', '/activity'],
  ['settings', '/settings'],
  ['not-found', '/nowhere'],
  ['palette', '/', keyed('Control+k')],
  ['cheat-sheet', '/', keyed('?')],
]

/** What takes an emulator of AWS. */
export const emulatedPages = ({ api, eu, asia, staging, kept, failed }) => [
  ['overview', '/'],
  ['deployments', `/apis/${api}/deployments`],
  ['drift', `/apis/${api}/deployments`, drifted],
  ['plan-overwrite', `/apis/${api}/deployments/plan?on=${eu}&goal=publish&again=1`],
  ['plan-rollback', `/apis/${api}/deployments/plan?on=${eu}&goal=return&to=${kept}`],
  ['plan-undeploy', `/apis/${api}/deployments/plan?on=${eu}&goal=withdraw`],
  ['plan-undeploy-unreachable', `/apis/${api}/deployments/plan?on=${asia}&goal=withdraw`],
  ['plan-undeploy-later', `/apis/${api}/deployments/plan?on=${asia}&goal=withdraw`, 'Undeploy when it answers'],
  ['kept', `/apis/${api}/deployments/kept?on=${eu}`],
  ['stage', `/apis/${api}/deployments/stage?on=${eu}`],
  ['stage-new', `/apis/${api}/deployments/stage?on=${staging}`],
  ['deployment-failed', `/deployments/${failed}`],
  ['activity', '/activity'],
  ['gateway', `/gateways/${eu}`],
]

/** Sends a request and waits for its answer. */
async function sent(page) {
  await page.getByRole('button', { name: 'Send' }).click()
  await page.getByRole('status', { name: 'Answer' }).waitFor()
  await page.locator('.cm-editor').last().waitFor()
}

/** Sends one that needs a token, without. */
async function refused(page) {
  await page.getByRole('combobox', { name: 'Operation' }).fill('GET /pets')
  await page.getByRole('option', { name: /^GET \/pets\b(?!\/)/ }).first().click()
  await page.getByRole('combobox', { name: /Token of/ }).click()
  await page.getByRole('option', { name: 'No token' }).click()
  await sent(page)
}

/** Opens a menu and chooses from it. */
function chosen(menu, entry) {
  return async (page) => {
    await page.getByRole('button', { name: menu }).first().click()
    await page.getByRole('menuitem', { name: entry }).click()
    await page.getByRole('dialog').or(page.getByRole('alertdialog')).waitFor()
  }
}

function keyed(keys) {
  return async (page) => {
    await page.keyboard.press(keys)
    await page.getByRole('dialog').waitFor()
  }
}

/** The differences, with the values of the first. */
async function drifted(page) {
  await page.getByText('Values', { exact: true }).first().click()
  await page.locator('section', { has: page.getByRole('heading', { name: 'Drift' }) }).evaluate((one) => one.scrollIntoView())
}

/** Goes there, waits until it has its title and nothing is still being read, and presses a button of that name or acts. */
export async function open(page, path, press) {
  // Whatever the page before left open.
  const asked = page.locator('[role="dialog"], [role="alertdialog"]')
  if (await asked.count()) {
    await page.keyboard.press('Escape')
    await asked.first().waitFor({ state: 'detached' })
  }
  await page.evaluate((to) => {
    location.hash = `#${to}`
  }, path)
  await page.waitForSelector('h1')
  const settled = () => page.waitForFunction(() => !document.querySelector('.skeleton, [role="status"][aria-busy="true"]'))
  await settled()
  if (typeof press === 'function') {
    await press(page)
    await page.mouse.move(0, 0)
    return settled()
  }
  if (!press) return
  await page.getByRole('button', { name: press }).first().click()
  await page.mouse.move(0, 0) // nothing on the next page is hovered
  await page.waitForSelector('[role="dialog"], [role="alertdialog"]')
  await settled()
}
