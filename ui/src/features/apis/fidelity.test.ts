import { describe, expect, it } from 'vitest'
import type { Fidelity, FidelityReport } from '../../ipc/generated'
import { brief, marks, ordered, shown, split, summary, worst } from './fidelity'

function report(...fidelities: Fidelity[]): FidelityReport {
  const count = (word: Fidelity) => fidelities.filter((one) => one === word).length
  return {
    operations: fidelities.map((fidelity, i) => ({ operation: `GET /${i}`, fidelity, path: `/${i}`, notes: [] })),
    api: [], exact: count('exact'), changed: count('changed'), lost: count('lost'), refused: count('refused'),
  }
}

describe('the fidelity report in words', () => {
  it('counts every kind, and refused ones only when there are any', () => {
    expect(summary(report('exact', 'changed'))).toBe('1 exact, 1 changed, 0 lost')
    expect(summary(report('refused', 'lost'))).toBe('0 exact, 0 changed, 1 lost, 1 refused')
  })

  it('is brief in the status line', () => {
    expect(brief(report('exact', 'exact'))).toBe('exact')
    expect(brief(report('exact', 'changed'))).toBe('1 change, 0 lost')
    expect(brief(report('changed', 'changed', 'lost'))).toBe('2 changes, 1 lost')
  })

  it('puts the worst first and keeps the order of the document within', () => {
    const { operations } = report('exact', 'lost', 'changed', 'lost', 'refused')
    expect(ordered(operations).map((one) => one.operation)).toEqual(['GET /4', 'GET /1', 'GET /3', 'GET /2', 'GET /0'])
    expect(ordered(operations, 'lost').map((one) => one.operation)).toEqual(['GET /1', 'GET /3'])
    expect(worst(report('exact', 'changed'))).toBe('changed')
    expect(worst(report())).toBe('exact')
  })

  it('marks what is not exact', () => {
    expect([...marks(report('exact', 'lost'))]).toEqual([['GET /1', 'lost']])
    expect(marks(null).size).toBe(0)
    expect(split('GET /a b')).toEqual({ method: 'GET', path: '/a b' })
  })
})

describe('rows on screen with one open', () => {
  const total = (open: number, extra: number, top: number) => {
    const { first, last, before, after } = shown(5000, 32, open, extra, top, 320)
    const drawn = (last - first) * 32 + (open >= first && open < last ? extra : 0)
    return { height: before + drawn + after, first, last }
  }

  it('draws few of many and keeps the height whole', () => {
    for (const [open, extra, top] of [[-1, 0, 0], [-1, 0, 80_000], [3, 200, 0], [3, 200, 90_000], [4000, 500, 100], [2500, 900, 80_400]] as const) {
      const { height, first, last } = total(open, extra, top)
      expect(height).toBe(5000 * 32 + extra)
      expect(last - first).toBeLessThan(40)
    }
  })

  it('shows what the scrolling leads to', () => {
    expect(total(3, 200, 90_000).first).toBe(Math.floor((90_000 - 200) / 32) - 8)
    expect(total(2500, 900, 80_400).first).toBe(2500 - 8)
  })
})
