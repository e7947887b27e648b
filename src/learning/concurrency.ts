import { Patience } from './patience.ts';

/** A guess that nothing has contradicted is doubled each minute in which it was used. */
const QUIET_MS = 60_000;

/**
 * How many calls may be in flight, learned from refusals: what was in flight and wasn't refused;
 * then one more from time to time, as long as none is. Time is a parameter.
 */
export class Concurrency {
  #most: number;
  #limit: number;
  #wasRefused = false;
  #raisedAt: number;
  readonly #patience = new Patience();

  /** `start`: what is published, or guessed; `most`: what is surely not to be exceeded. */
  constructor(start: number, most: number, now: number) {
    this.#limit = Math.min(start, most);
    this.#most = most;
    this.#raisedAt = now;
  }

  get limit(): number {
    return this.#limit;
  }

  /** Goes on with other bounds; what refusals have shown stays, as far as it is within them. */
  configure(start: number, most: number): void {
    this.#most = most;
    this.#limit = Math.min(this.#wasRefused ? this.#limit : start, most);
  }

  /** Calls were refused, while `accepted` others were in flight. */
  episode(accepted: number, refusals: number, now: number): void {
    this.#limit = Math.max(1, Math.min(accepted, this.#limit));
    this.#wasRefused = true;
    this.#patience.failed(refusals, now);
  }

  /** The provider has said how many. */
  told(limit: number): void {
    this.#limit = Math.min(this.#most, limit);
    this.#wasRefused = true;
  }

  /** A call was answered; `isUsed`: as many were in flight as may be. Returns whether it was raised. */
  answered(isUsed: boolean, now: number): boolean {
    this.#patience.answered();
    if (this.#limit >= this.#most || !isUsed) return false;
    if (!(this.#wasRefused ? this.#patience.isOver(now) : this.#isQuiet(now))) return false;
    this.#limit = Math.min(this.#most, this.#wasRefused ? this.#limit + 1 : 2 * this.#limit);
    this.#raisedAt = now;
    this.#patience.succeeded(now);
    return true;
  }

  #isQuiet(now: number): boolean {
    return now - this.#raisedAt >= QUIET_MS;
  }
}
