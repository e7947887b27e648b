import type { Clock } from '../clock.ts';

/** One thing to do later. Setting it again replaces what was set before. */
export class Timer {
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
    const fire = (): void => {
      this.#cancel = undefined;
      callback();
    };
    this.#cancel = this.#clock.setTimeout(fire, delayMs);
  }

  cancel(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }
}
