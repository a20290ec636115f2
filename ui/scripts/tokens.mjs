// Writes src/tokens/tokens.css from assets/tokens/tokens.json; with --check only compares.
// Refuses: a colour pair below the contrast the token file promises.
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const source = new URL('../../assets/tokens/tokens.json', import.meta.url)
const target = new URL('../src/tokens/tokens.css', import.meta.url)
const tokens = JSON.parse(readFileSync(source, 'utf8'))

const short = contrastFailures(tokens)
if (short.length > 0) {
  console.error(`tokens: contrast too low\n${short.join('\n')}`)
  process.exit(1)
}

const css = render(tokens)
if (process.argv.includes('--check')) {
  if (readFileSync(target, 'utf8') !== css) {
    console.error('tokens: src/tokens/tokens.css is stale; run `npm run tokens`')
    process.exit(1)
  }
} else {
  writeFileSync(target, css)
  console.log(`tokens: wrote ${fileURLToPath(target)}`)
}

function render(t) {
  const plain = ['space', 'size', 'font', 'type', 'leading', 'weight', 'radius', 'z', 'motion']
  const lines = plain.flatMap((group) => Object.entries(t[group]).map(([k, v]) => `  --${group}-${k}: ${v};`))
  return [
    '/* Generated from assets/tokens/tokens.json by `npm run tokens`. */',
    ':root {',
    '  color-scheme: light dark;',
    ...lines,
    ...themed(t, 'light', '  '),
    '}',
    '@media (prefers-color-scheme: dark) {',
    '  :root {',
    ...themed(t, 'dark', '    '),
    '  }',
    '}',
    '@media (prefers-contrast: more) {',
    '  :root {',
    '    --color-line: var(--color-line-strong);',
    '    --color-text-2: var(--color-text);',
    '    --color-text-3: var(--color-text);',
    '  }',
    '}',
    '@media (prefers-reduced-motion: reduce) {',
    '  :root {',
    '    --motion-fast: 0ms;',
    '    --motion-base: 0ms;',
    '  }',
    '}',
    '',
  ].join('\n')
}

function themed(t, theme, indent) {
  return ['color', 'shadow'].flatMap((group) =>
    Object.entries(t[group]).map(([k, v]) => `${indent}--${group}-${k}: ${v[theme]};`),
  )
}

function contrastFailures(t) {
  const failures = []
  for (const { ratio, on, of } of t.contrast) {
    for (const back of on) {
      for (const front of of) {
        for (const theme of ['light', 'dark']) {
          const got = contrast(t.color[front][theme], t.color[back][theme])
          if (got < ratio) failures.push(`  ${theme}: ${front} on ${back} is ${got.toFixed(2)}, needs ${ratio}`)
        }
      }
    }
  }
  return failures
}

function contrast(a, b) {
  const [hi, lo] = [luminance(a), luminance(b)].sort((x, y) => y - x)
  return (hi + 0.05) / (lo + 0.05)
}

function luminance(hex) {
  const [r, g, b] = [1, 3, 5].map((i) => {
    const c = parseInt(hex.slice(i, i + 2), 16) / 255
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}
