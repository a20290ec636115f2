/** The page over a fixture instead of the core, for looking at states that are hard to reach. Never bundled. */
import { mergeConfig } from 'vite'
import base from '../vite.config'
import { fixture } from './fixture/plugin'

export default mergeConfig(base, {
  plugins: [fixture(process.env['FIXTURE'] === 'empty' ? 'empty' : 'sample')],
  server: { port: Number(process.env['PORT'] ?? 5180) },
})
