/** The system's Chromium where there is one, or Playwright's own. */
import { existsSync } from 'node:fs'

const KNOWN = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/google-chrome']

const found = KNOWN.find((path) => path !== undefined && existsSync(path))

export const launchOptions = {
  ...(found === undefined ? {} : { executablePath: found }),
  args: [
    // Root has no sandbox; the page is our own.
    ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    '--disable-gpu',
    '--disable-background-networking',
    '--disable-component-update',
  ],
}
