import type { Clock } from '../clock.ts';

/** One thing to be done later. What is set anew takes the place of what was set before. */
export class Alarm {
  readonly #clock: Clock;
  #cancel: (() => void) | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get isSet(): boolean {
    return this.#cancel !== undefined;
  }

  set(callback: () => void, delayMs: number): void {
    this.cancel();
    const ring = (): void => {
      this.#cancel = undefined;
      callback();
    };
    this.#cancel = this.#clock.setTimeout(ring, delayMs);
  }

  cancel(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }
}
