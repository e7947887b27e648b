import type { Meter } from './meter.ts';

/** Windows of the wall clock, aligned to the epoch: the count starts anew with each. */
export class FixedWindowMeter implements Meter {
  #limit: number;
  readonly #windowMs: number;
  #window = Number.NEGATIVE_INFINITY;
  #used = 0;

  constructor(limit: number, windowMs: number) {
    this.#limit = limit;
    this.#windowMs = windowMs;
  }

  used(now: number): number {
    return this.#window === this.#windowAt(now) ? this.#used : 0;
  }

  waitMs(amount: number, now: number): number {
    if (amount > this.#limit) return Infinity;
    return this.used(now) + amount <= this.#limit ? 0 : this.#untilNext(now);
  }

  resetMs(now: number): number {
    return this.used(now) === 0 ? 0 : this.#untilNext(now);
  }

  take(amount: number, now: number): void {
    this.#used = this.used(now) + amount;
    this.#window = this.#windowAt(now);
  }

  refund(amount: number, takenAt: number, now: number): void {
    if (this.#windowAt(takenAt) !== this.#windowAt(now)) return;
    this.#used = Math.max(0, this.used(now) - amount);
  }

  resize(limit: number): void {
    this.#limit = limit;
  }

  #windowAt(now: number): number {
    return Math.floor(now / this.#windowMs);
  }

  #untilNext(now: number): number {
    return (this.#windowAt(now) + 1) * this.#windowMs - now;
  }
}
