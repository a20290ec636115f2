// Processor seconds by size of document, both on logarithmic scales, as an SVG file. Usage: plot.mjs documents.json OUT.svg
// Refuses libraries: a plot is a few lines and circles.
import { readFileSync, writeFileSync } from 'node:fs'

const [input, output] = process.argv.slice(2)
const { compared, starts, points } = JSON.parse(readFileSync(input, 'utf8'))
const WIDTH = 900
const HEIGHT = 560
const BOX = { left: 78, right: 30, top: 62, bottom: 66 }
const INK = '#1f2328'
const FAINT = '#d9dde3'
const MUTED = '#57606a'
const OURS = '#0b66c3'
const THEIRS = '#b35900'

const ours = points.map(({ name, bytes, ours }) => ({ name, megabytes: bytes / 1e6, seconds: ours.cpu }))
const yaml = compared.filter(({ name }) => /\.ya?ml$/.test(name)).map(({ name, bytes, ours }) => ({ name, megabytes: bytes / 1e6, seconds: ours.cpu }))
const theirs = compared.map(({ name, bytes, redocly }) => ({ name, megabytes: bytes / 1e6, seconds: redocly.cpu }))
// What a document of a few hundred bytes costs is the program's start, and no part of how time grows with size.
const start = Math.min(...starts.map(({ ours }) => ours.cpu))
const fit = regression(ours)

const xs = { from: 0.08, to: 60 }
const all = [...ours, ...yaml, ...theirs].map(({ seconds }) => seconds)
const ys = { from: 10 ** Math.floor(Math.log10(Math.min(...all))), to: 10 ** Math.ceil(Math.log10(Math.max(...all))) }
const between = ({ from, to }, value) => Math.log(value / from) / Math.log(to / from)
const x = (megabytes) => round(BOX.left + between(xs, megabytes) * (WIDTH - BOX.left - BOX.right))
const y = (seconds) => round(HEIGHT - BOX.bottom - between(ys, seconds) * (HEIGHT - BOX.top - BOX.bottom))

const parts = [
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" font-family="system-ui, 'Segoe UI', 'Helvetica Neue', Arial, sans-serif">`,
  `<title>Processor seconds to lint a document and compile it for AWS, by its size</title>`,
  `<rect width="100%" height="100%" fill="#ffffff"/>`,
  text(BOX.left, 26, 'Processor seconds by size of document', { size: 17, weight: 600 }),
  text(BOX.left, 46, `gatewright api lint --for aws; fit over ${ours.length} JSON documents: ${start.toFixed(3)} s + MB^${fit.slope.toFixed(2)} × ${Math.exp(fit.intercept).toFixed(3)} s, R² ${fit.r2.toFixed(3)}`, { size: 13, fill: MUTED }),
]
for (const megabytes of [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50]) {
  parts.push(line(x(megabytes), BOX.top, x(megabytes), HEIGHT - BOX.bottom, FAINT), text(x(megabytes), HEIGHT - BOX.bottom + 20, String(megabytes), { anchor: 'middle' }))
}
for (let decade = ys.from; decade <= ys.to * 1.001; decade *= 10) {
  for (const step of decade < ys.to * 0.999 ? [1, 2, 5] : [1]) {
    const seconds = decade * step
    parts.push(line(BOX.left, y(seconds), WIDTH - BOX.right, y(seconds), FAINT))
    parts.push(text(BOX.left - 10, y(seconds) + 4, String(Number(seconds.toPrecision(1))), { anchor: 'end', fill: step === 1 ? INK : MUTED }))
  }
}
parts.push(text((BOX.left + WIDTH - BOX.right) / 2, HEIGHT - 22, 'MB', { anchor: 'middle', fill: MUTED }))
parts.push(`<text transform="translate(20 ${(BOX.top + HEIGHT - BOX.bottom) / 2}) rotate(-90)" text-anchor="middle" font-size="13" fill="${MUTED}">processor seconds</text>`)

const predicted = (megabytes) => start + Math.exp(fit.intercept + fit.slope * Math.log(megabytes))
const curve = Array.from({ length: 61 }, (_, i) => ours[0].megabytes * (ours.at(-1).megabytes / ours[0].megabytes) ** (i / 60))
parts.push(`<polyline points="${curve.map((megabytes) => `${x(megabytes)},${y(predicted(megabytes))}`).join(' ')}" fill="none" stroke="${OURS}" stroke-dasharray="5 4"/>`)
for (const point of theirs) parts.push(cross(point))
for (const point of ours) parts.push(circle(point, OURS))
for (const point of yaml) parts.push(circle(point, '#ffffff'))

let at = BOX.left + 16
for (const [mark, label] of [
  [(cx, cy) => `<circle cx="${cx}" cy="${cy}" r="4" fill="${OURS}"/>`, 'ours, JSON'],
  [(cx, cy) => `<circle cx="${cx}" cy="${cy}" r="4" fill="#ffffff" stroke="${OURS}" stroke-width="1.6"/>`, 'ours, YAML'],
  [(cx, cy) => saltire(cx, cy), 'redocly lint --extends=recommended'],
]) {
  parts.push(mark(at, BOX.top + 16), text(at + 12, BOX.top + 20, label, { size: 13 }))
  at += 34 + label.length * 7
}
parts.push('</svg>')
writeFileSync(output, `${parts.join('\n')}\n`)
console.log(`after ${start.toFixed(3)} s to start, seconds grow with MB to the power of ${fit.slope.toFixed(3)} (1 is linear), R² ${fit.r2.toFixed(3)}, ${ours.length} documents of ${ours[0].megabytes.toFixed(2)} to ${ours.at(-1).megabytes.toFixed(1)} MB`)

/** Least squares on logarithms, the start taken off. */
function regression(all) {
  const pairs = all.map(({ megabytes, seconds }) => [Math.log(megabytes), Math.log(Math.max(seconds - start, 1e-4))])
  const mean = (pick) => pairs.reduce((sum, pair) => sum + pick(pair), 0) / pairs.length
  const [mx, my] = [mean(([a]) => a), mean(([, b]) => b)]
  const covariance = mean(([a, b]) => (a - mx) * (b - my))
  const [vx, vy] = [mean(([a]) => (a - mx) ** 2), mean(([, b]) => (b - my) ** 2)]
  const slope = covariance / vx
  return { slope, intercept: my - slope * mx, r2: covariance ** 2 / (vx * vy) }
}

function round(value) {
  return Math.round(value * 10) / 10
}
function line(x1, y1, x2, y2, colour) {
  return `<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" stroke="${colour}"/>`
}
function text(at, down, words, { size = 12, fill = INK, anchor = 'start', weight = 400 } = {}) {
  return `<text x="${at}" y="${down}" font-size="${size}" font-weight="${weight}" fill="${fill}" text-anchor="${anchor}">${words}</text>`
}
function circle({ name, megabytes, seconds }, fill) {
  return `<circle cx="${x(megabytes)}" cy="${y(seconds)}" r="4" fill="${fill}" stroke="${OURS}" stroke-width="1.6"><title>${name}: ${seconds} s</title></circle>`
}
function cross({ name, megabytes, seconds }) {
  return `<g><title>${name}: ${seconds} s</title>${saltire(x(megabytes), y(seconds))}</g>`
}
function saltire(cx, cy) {
  return `<path d="M${cx - 4} ${cy - 4}l8 8m0 -8l-8 8" stroke="${THEIRS}" stroke-width="1.8" fill="none"/>`
}
