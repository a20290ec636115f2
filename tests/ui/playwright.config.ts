import { launchOptions } from './chromium.mjs'
import { defineConfig } from './playwright'

export default defineConfig({
  testDir: '.',
  testMatch: '*.spec.ts',
  outputDir: '../../ui/test-results',
  // Each worker starts a core of its own.
  fullyParallel: false,
  workers: 1,
  forbidOnly: true,
  reporter: 'list',
  timeout: 60_000,
  expect: { timeout: 10_000 },
  use: { launchOptions, viewport: { width: 1280, height: 800 }, screenshot: 'only-on-failure' },
})
