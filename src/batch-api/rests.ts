import type { Clock } from '../clock.ts';

/** Between looks: the documentation's examples look once a minute. */
const FIRST_MS = 5_000;
const LONGEST_MS = 60_000;
const FACTOR = 1.5;

/** Those who wait, to look at a batch again. */
export class Rests {
  readonly #clock: Clock;
  readonly #resting = new Set<() => void>();
  #isOver = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Longer each time; resolves early where all are woken. */
  rest(before: number): Promise<void> {
    if (this.#isOver) return Promise.resolve();
    const ms = Math.min(LONGEST_MS, FIRST_MS * FACTOR ** before);
    return new Promise((resolve) => {
      const goOn = (): void => {
        cancel();
        this.#resting.delete(goOn);
        resolve();
      };
      const cancel = this.#clock.setTimeout(goOn, ms);
      this.#resting.add(goOn);
    });
  }

  wake(): void {
    for (const goOn of this.#resting) goOn();
  }

  /** Nobody rests any more. */
  end(): void {
    this.#isOver = true;
    this.wake();
  }
}
