import { describe, expect, it } from 'vitest'
import { Again } from './again'

/** Reads that end when the test says so; what they read is when they began. */
function slow() {
  const ends: (() => void)[] = []
  const shown: number[] = []
  let began = 0
  const again = new Again(async (isCurrent) => {
    const what = ++began
    await new Promise<void>((resolve) => ends.push(resolve))
    if (isCurrent()) shown.push(what)
  })
  const end = async () => {
    ends.shift()?.()
    await new Promise((resolve) => setTimeout(resolve))
  }
  return { again, shown, end, began: () => began }
}

describe('reading again', () => {
  it('reads once more for all that was asked meanwhile, and shows each answer', async () => {
    const { again, shown, end, began } = slow()
    for (let n = 0; n < 40; n += 1) void again.now()
    expect(began()).toBe(1)
    await end()
    expect(shown).toEqual([1])
    for (let n = 0; n < 40; n += 1) void again.now()
    await end()
    expect(shown).toEqual([1, 2])
    await end()
    expect([shown, began()]).toEqual([[1, 2, 3], 3])
  })
  it('resolves after a read that began later than it was asked for', async () => {
    const { again, end } = slow()
    void again.now()
    let done = false
    void again.now().then(() => (done = true))
    await end()
    expect(done).toBe(false)
    await end()
    expect(done).toBe(true)
  })
  it('forgets what was read for another request', async () => {
    const { again, shown, end } = slow()
    void again.now()
    again.drop()
    void again.now()
    await end()
    expect(shown).toEqual([])
    await end()
    expect(shown).toEqual([2])
  })
})
