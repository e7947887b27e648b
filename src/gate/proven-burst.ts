/** Calls within so long of its first one are one burst. */
const BURST_MS = 1000;
/** A burst that nobody has refused for so long has passed. */
const PASSED_AFTER_MS = 2000;
/** A burst may be twice as large as one that has passed. */
const GROWTH = 2;

/**
 * How much may go at once under a limit that nobody has vouched for: twice what has gone at once
 * before, without a refusal. Time is a parameter.
 */
export class ProvenBurst {
  #passed = 0;
  #amount = 0;
  #since = 0;

  /** What may go at once, now. */
  most(now: number): number {
    if (now - this.#since >= PASSED_AFTER_MS) this.#prove();
    return GROWTH * this.#passed;
  }

  take(amount: number, now: number): void {
    if (now - this.#since < BURST_MS) {
      this.#amount += amount;
      return;
    }
    // Of two bursts in short succession the second one isn't looked at: it is steady work.
    if (now - this.#since < PASSED_AFTER_MS) return;
    this.#prove();
    this.#amount = amount;
    this.#since = now;
  }

  /** Calls were refused: nothing is proven any more. */
  forget(): void {
    this.#passed = 0;
    this.#amount = 0;
  }

  #prove(): void {
    this.#passed = Math.max(this.#passed, this.#amount);
    this.#amount = 0;
  }
}
