import type { Stage } from '../lane/stage.ts';

type Known = Pick<Stage, 'concurrency' | 'inFlight' | 'flightMs' | 'startAt'>;

/** The calls in flight of a rehearsal: each lasts as long as the lane's calls lately have. */
export class Slots {
  readonly #concurrency: number;
  readonly #flightMs: number;
  /** When those in flight end; the earliest is the first. */
  readonly #ends: number[];
  #first = 0;

  constructor({ concurrency, inFlight, flightMs, startAt }: Known) {
    this.#concurrency = concurrency;
    this.#flightMs = flightMs ?? Number.POSITIVE_INFINITY;
    const shareOf = (index: number): number => (this.#flightMs * (index + 1)) / inFlight;
    this.#ends = Array.from({ length: inFlight }, (_, index) => startAt + shareOf(index));
  }

  /** When there is a slot for another call: `now`, or later. */
  freeAt(now: number): number {
    if (this.#concurrency === Number.POSITIVE_INFINITY) return now;
    while ((this.#ends[this.#first] ?? Number.POSITIVE_INFINITY) <= now) this.#first++;
    const surplus = this.#ends.length - this.#first - this.#concurrency;
    return surplus < 0 ? now : (this.#ends[this.#first + surplus] ?? now);
  }

  take(now: number): void {
    if (this.#concurrency < Number.POSITIVE_INFINITY) this.#ends.push(now + this.#flightMs);
  }
}
