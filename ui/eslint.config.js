import js from '@eslint/js'
import svelte from 'eslint-plugin-svelte'
import globals from 'globals'
import ts from 'typescript-eslint'
import svelteConfig from './svelte.config.js'

/** Layers of the page: an import may only point down. Each rule names what a folder may not reach. */
const fence = (files, refused, why) => ({
  files,
  rules: {
    'no-restricted-imports': ['error', { patterns: [{ regex: refused, message: why }] }],
  },
})
const code = 'svelte,ts'

export default ts.config(
  { ignores: ['dist', 'node_modules', 'src/ipc/generated.ts'] },
  js.configs.recommended,
  ...ts.configs.strict,
  ...svelte.configs.recommended,
  {
    languageOptions: { globals: { ...globals.browser, ...globals.node } },
    rules: {
      'no-undef': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      '@typescript-eslint/no-non-null-assertion': 'error',
      'svelte/no-navigation-without-resolve': 'off',
      'svelte/no-at-html-tags': 'error',
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: {
      parserOptions: { parser: ts.parser, extraFileExtensions: ['.svelte'], svelteConfig },
    },
  },
  fence([`src/kit/**/*.{${code}}`], '(^|/)(ipc|features|routes)(/|$)', 'kit knows no domain: it imports tokens only'),
  fence([`src/ipc/**/*.{${code}}`], '(^|/)(kit|features|routes)(/|$)', 'ipc is below everything else'),
  fence(
    [`src/features/**/*.{${code}}`],
    '(^(\\.\\./)+(routes|features)(/|$))|(^\\.\\./(?!\\.\\.)[a-z])',
    'a feature imports kit, ipc and its own folder',
  ),
  fence([`src/routes/**/*.{${code}}`], '(^|/)ipc(/|$)', 'a route composes features; it does not call the core'),
)
