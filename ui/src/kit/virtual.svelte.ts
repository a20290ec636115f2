/** Which rows of a long list are on screen. It refuses rows of different heights. */

const SPARE = 12
const THRESHOLD = 120

export class VirtualRows {
  top = $state(0)
  height = $state(600)
  #count: () => number
  #row: number

  constructor(count: () => number, row: number) {
    this.#count = count
    this.#row = row
  }

  get first(): number {
    return this.#all ? 0 : Math.max(0, Math.floor(this.top / this.#row) - SPARE)
  }

  get last(): number {
    const count = this.#count()
    return this.#all ? count : Math.min(count, Math.ceil((this.top + this.height) / this.#row) + SPARE)
  }

  get before(): number {
    return this.first * this.#row
  }

  get after(): number {
    return (this.#count() - this.last) * this.#row
  }

  /** Where to scroll so that row `index` is seen, or `null` when it is. */
  reveal(index: number): number | null {
    const start = index * this.#row
    if (start < this.top) return start
    if (start + this.#row > this.top + this.height) return start + this.#row - this.height
    return null
  }

  get #all(): boolean {
    return this.#count() <= THRESHOLD
  }
}
