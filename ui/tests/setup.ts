import '@testing-library/jest-dom/vitest'
import { cleanup } from '@testing-library/svelte'
import { afterEach } from 'vitest'

afterEach(() => {
  cleanup()
  // What a dialog leaves on the body when it is taken away while open.
  document.body.removeAttribute('style')
})
