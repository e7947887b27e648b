/** More than what was refused is tried again after so long; twice as long after each failure. */
const FIRST_WAIT_MS = 600_000;
const LONGEST_WAIT_MS = 8 * FIRST_WAIT_MS;
/** A try that fails costs as many refusals as the last one: so many answers make up for each. */
const CALLS_FOR_A_REFUSAL = 250;
/** What was tried with success is tried again sooner and sooner. */
const SHORTEST_WAIT_MS = 60_000;

/**
 * When to try for more than what was last refused: so rarely that the refusals stay far below one
 * call in a hundred. Time is a parameter.
 */
export class Patience {
  #waitMs = FIRST_WAIT_MS;
  #since = 0;
  #callsWanted = 0;
  #calls = 0;

  /** More was tried, and `refusals` calls were refused for it. */
  failed(refusals: number, now: number): void {
    if (this.#since > 0) this.#waitMs = Math.min(LONGEST_WAIT_MS, 2 * this.#waitMs);
    this.#callsWanted = CALLS_FOR_A_REFUSAL * refusals;
    this.#restart(now);
  }

  /** More was tried, and nothing was refused since. */
  succeeded(now: number): void {
    this.#waitMs = Math.max(SHORTEST_WAIT_MS, this.#waitMs / 2);
    this.#callsWanted /= 2;
    this.#restart(now);
  }

  answered(): void {
    this.#calls++;
  }

  isOver(now: number): boolean {
    return now - this.#since >= this.#waitMs && this.#calls >= this.#callsWanted;
  }

  #restart(now: number): void {
    this.#since = now;
    this.#calls = 0;
  }
}
