/** A shorter interruption doesn't end a spell. */
const INTERRUPTION_MS = 5000;

/** For how long something has been so, without much of an interruption. */
export class BusySpell {
  #from = Number.POSITIVE_INFINITY;
  #until = Number.NEGATIVE_INFINITY;

  /** It is so from `now` on, for so long. */
  mark(now: number, forMs: number): void {
    if (now > this.#until + INTERRUPTION_MS) this.#from = now;
    this.#until = Math.max(this.#until, now + forMs);
  }

  /** Milliseconds since it began; 0 where it is over. */
  lasting(now: number): number {
    return now > this.#until + INTERRUPTION_MS ? 0 : Math.max(0, now - this.#from);
  }
}
