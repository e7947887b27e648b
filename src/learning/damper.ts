/** So many at once. */
const BURST = 5;
/** And one more for each of these. */
const EVERY_MS = 10_000;

/** Lets what flaps be told of now and then only: a bucket of events. Time is a parameter. */
export class Damper {
  #level = BURST;
  #at = 0;

  /** Whether one more may be told of now. */
  passes(now: number): boolean {
    this.#level = Math.min(BURST, this.#level + Math.max(0, now - this.#at) / EVERY_MS);
    this.#at = now;
    if (this.#level < 1) return false;
    this.#level--;
    return true;
  }
}
