import { FixedWindowMeter } from './fixed-window.ts';
import type { Meter } from './meter.ts';

const SLICE_MS = 1000;

/**
 * The limit cut into aligned slices of a second, each with its share of it: Azure's and Anthropic's
 * documentation says that 60 requests per minute may be enforced as one per second. An amount above
 * the share passes only into an empty slice, and uses that one up.
 *
 * What is reported as used is what the current minute has seen, as the headers speak of minutes.
 */
export class Slices implements Meter {
  #limit: number;
  readonly #windowMs: number;
  readonly #slice = new FixedWindowMeter(Infinity, SLICE_MS);
  readonly #window: FixedWindowMeter;

  constructor(limit: number, windowMs: number) {
    this.#limit = limit;
    this.#windowMs = windowMs;
    this.#window = new FixedWindowMeter(Infinity, windowMs);
  }

  used(now: number): number {
    return this.#window.used(now);
  }

  waitMs(amount: number, now: number): number {
    if (amount > this.#limit) return Infinity;
    const used = this.#slice.used(now);
    const share = (this.#limit * SLICE_MS) / this.#windowMs;
    return used === 0 || used + amount <= share ? 0 : this.#slice.resetMs(now);
  }

  resetMs(now: number): number {
    return this.#window.resetMs(now);
  }

  take(amount: number, now: number): void {
    this.#slice.take(amount, now);
    this.#window.take(amount, now);
  }

  refund(amount: number, takenAt: number, now: number): void {
    this.#slice.refund(amount, takenAt, now);
    this.#window.refund(amount, takenAt, now);
  }

  resize(limit: number): void {
    this.#limit = limit;
  }
}
