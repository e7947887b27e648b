import type { Clock } from '../clock.ts';

/** Those who wait, until their time is over or all are woken. */
export class Rests {
  readonly #clock: Clock;
  readonly #resting = new Set<() => void>();
  #isOver = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Resolves after that time, earlier where all are woken, and at once after the end. */
  rest(ms: number): Promise<void> {
    if (this.#isOver) return Promise.resolve();
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
