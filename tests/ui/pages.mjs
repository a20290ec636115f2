/**
 * Every page, for the pictures and for axe: its name, its address, and what is pressed there if it is a question.
 * `sample` is what `fillWithFleet` made.
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
  ['design', `/apis/${sample.api}/design`],
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
  ['kept', `/apis/${sample.api}/deployments/kept?on=${sample.gateway}`],
  ['diff', `/apis/${sample.api}/deployments/diff?from=live&to=working&on=${sample.gateway}`],
  ['diff-equal', `/apis/${sample.api}/deployments/diff?from=live&to=live&on=${sample.gateway}`],
  ['stage', `/apis/${sample.api}/deployments/stage?on=${sample.staging}`],
  ['stage-local', `/apis/${sample.api}/deployments/stage?on=${sample.gateway}`],
  ['console', `/apis/${sample.api}/console`],
  ['deployment', `/deployments/${sample.deployment}`],
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
]

/** Goes there, waits until it has its title and nothing is still being read, and presses a button of that name. */
export async function open(page, path, press) {
  await page.evaluate((to) => {
    location.hash = `#${to}`
  }, path)
  await page.waitForSelector('h1')
  const settled = () => page.waitForFunction(() => !document.querySelector('[role="status"][aria-label^="Loading"], [role="status"][aria-busy="true"]'))
  await settled()
  if (!press) return
  await page.getByRole('button', { name: press }).first().click()
  await page.mouse.move(0, 0) // nothing on the next page is hovered
  await page.waitForSelector('[role="dialog"], [role="alertdialog"]')
  await settled()
}
