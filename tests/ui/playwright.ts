/** The one place that knows where the page's packages lie: these tests live beside the page, not in it. */
export { test, expect, defineConfig } from '../../ui/node_modules/@playwright/test/index.mjs'
export type { Page, Locator } from '../../ui/node_modules/@playwright/test/index.mjs'
export { AxeBuilder } from '../../ui/node_modules/@axe-core/playwright/dist/index.mjs'
