import type { Clock } from '../clock.ts';

/** Flushes once, at the earliest time that was asked for. */
export class FlushTimer {
  readonly #clock: Clock;
  readonly #flush: () => void;
  #at = Number.POSITIVE_INFINITY;
  #cancel: (() => void) | undefined;

  constructor(clock: Clock, flush: () => void) {
    this.#clock = clock;
    this.#flush = flush;
  }

  in(delayMs: number): void {
    const at = this.#clock.now() + delayMs;
    if (at >= this.#at) return;
    this.stop();
    this.#at = at;
    this.#cancel = this.#clock.setTimeout(() => {
      this.stop();
      this.#flush();
    }, delayMs);
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#at = Number.POSITIVE_INFINITY;
  }
}
