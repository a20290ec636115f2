/**
 * Reading again, however often it is asked for: one read at a time, and one more after it for what was asked meanwhile.
 * It refuses to throw an answer away because a newer one is wanted: while a fleet deploys, something changes all the time.
 */
export class Again {
  #read: (isCurrent: () => boolean) => Promise<void>
  #wanted = false
  #underWay: Promise<void> | null = null
  #round = 0

  /** `read` must not throw; what it reads counts only while `isCurrent`. */
  constructor(read: (isCurrent: () => boolean) => Promise<void>) {
    this.#read = read
  }

  /** Resolves when a read that began after this call has ended. */
  now(): Promise<void> {
    this.#wanted = true
    this.#underWay ??= this.#go(this.#round)
    return this.#underWay
  }

  /** What is being read is not what is wanted any more. */
  drop(): void {
    this.#round += 1
    this.#underWay = null
    this.#wanted = false
  }

  async #go(round: number): Promise<void> {
    while (round === this.#round && this.#wanted) {
      this.#wanted = false
      await this.#read(() => round === this.#round)
    }
    if (round === this.#round) this.#underWay = null
  }
}
