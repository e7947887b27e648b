import type { Clock } from './clock.ts';

/** How soon there may be something to sweep, and how long it may take where there is not. */
const FIRST_MS = 60_000;
const LAST_MS = 3 * 24 * 3_600_000;

/**
 * Clears away in the background what has grown too large, also when nothing else happens any more.
 * In vain it comes after twice as long each time, and at last no more until it is asked again.
 */
export class Sweeper {
  readonly #clock: Clock;
  readonly #sweep: () => boolean | undefined;
  #cancel: (() => void) | undefined;

  /** @param sweep - whether it has cleared something away; `undefined`: nothing more is to be done */
  constructor(clock: Clock, sweep: () => boolean | undefined) {
    this.#clock = clock;
    this.#sweep = sweep;
  }

  /** Comes soon, unless it is on its way already. */
  ask(): void {
    if (this.#cancel === undefined) this.#comeIn(FIRST_MS);
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #comeIn(waitMs: number): void {
    const come = (): void => {
      this.#cancel = undefined;
      const hasCleared = this.#sweep();
      if (hasCleared === undefined) return;
      const nextMs = hasCleared ? FIRST_MS : 2 * waitMs;
      if (nextMs <= LAST_MS) this.#comeIn(nextMs);
    };
    this.#cancel = this.#clock.setTimeout(come, waitMs, true);
  }
}
