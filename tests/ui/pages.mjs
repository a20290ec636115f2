/** Every page, for the pictures and for axe. `sample` is what `fillWithSample` made. */

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
  ['plan', `/apis/${sample.api}/deployments/plan?on=${sample.spare ?? sample.gateway}&goal=publish`],
  ['stage', `/apis/${sample.api}/deployments/stage?on=${sample.gateway}`],
  ['console', `/apis/${sample.api}/console`],
  ['deployment', `/deployments/${sample.deployment}`],
  ['gateways', '/gateways'],
  ['gateway', `/gateways/${sample.gateway}`],
  ['gateway-found', `/gateways/${sample.gateway}/discover`],
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

/** Goes there and waits until it has its title and nothing is still being read. */
export async function open(page, path) {
  await page.evaluate((to) => {
    location.hash = `#${to}`
  }, path)
  await page.waitForSelector('h1')
  await page.waitForFunction(() => !document.querySelector('[role="status"][aria-label^="Loading"]'))
}
