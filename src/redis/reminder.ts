import type { Clock } from '../clock.ts';

/** So often: hardly anything can happen meanwhile, and it costs next to nothing. */
const EVERY_MS = 1000;

/** Says something again, a while after the last word, for as long as it is worth saying. */
export class Reminder {
  readonly #clock: Clock;
  readonly #say: () => void;
  #until = Number.NEGATIVE_INFINITY;
  #spokeAt = Number.NEGATIVE_INFINITY;
  #cancel: (() => void) | undefined;

  constructor(clock: Clock, say: () => void) {
    this.#clock = clock;
    this.#say = say;
  }

  get isDue(): boolean {
    return this.#clock.now() < this.#until;
  }

  /** Something was said just now, and is worth saying until then. */
  spoke(until: number = this.#until): void {
    this.#until = until;
    this.#spokeAt = this.#clock.now();
    if (this.isDue) this.#later();
  }

  stop(): void {
    this.#until = Number.NEGATIVE_INFINITY;
    this.#cancel?.();
    this.#cancel = undefined;
  }

  /** One timer for all that is said meanwhile: it looks when it rings how long ago that was. */
  #later(): void {
    const waitMs = Math.max(1, this.#spokeAt + EVERY_MS - this.#clock.now());
    this.#cancel ??= this.#clock.setTimeout(() => this.#ring(), waitMs, true);
  }

  #ring(): void {
    this.#cancel = undefined;
    if (!this.isDue) return;
    const isTime = this.#clock.now() >= this.#spokeAt + EVERY_MS;
    if (isTime) {
      this.#spokeAt = this.#clock.now();
      this.#say();
    }
    this.#later();
  }
}
