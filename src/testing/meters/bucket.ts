import type { Meter } from './meter.ts';

/**
 * A token bucket that refills continuously: `limit` in `windowMs`, holding up to `burst` of it.
 * An amount above the burst passes only when the bucket is full, and then overdraws it. So in any
 * T milliseconds no more passes than burst + T · limit / windowMs, plus one such overdraft.
 *
 * With a burst of the whole limit this is how OpenAI's published 429 messages compute their wait:
 * `(used + requested − limit) / limit · 60 s`, with `used` in whole numbers. (Eight messages from
 * public bug reports, compiled 2026-11-22, agree to the millisecond.) `used` is therefore rounded
 * up here too, and a wait that was asked for is never too short.
 */
export class BucketMeter implements Meter {
  /** What is used, times the window: whole numbers at whole milliseconds, hence exact. */
  #usedTimesWindow = 0;
  #updated: number;
  #limit: number;
  readonly #windowMs: number;
  readonly #burstOf: (limit: number) => number;

  constructor(limit: number, windowMs: number, burstOf: (limit: number) => number, now: number) {
    this.#limit = limit;
    this.#windowMs = windowMs;
    this.#burstOf = burstOf;
    this.#updated = now;
  }

  used(now: number): number {
    return this.#at(now) / this.#windowMs;
  }

  waitMs(amount: number, now: number): number {
    if (amount > this.#limit) return Infinity;
    const room = Math.max(0, this.#burstOf(this.#limit) - amount);
    if (this.#at(now) <= room * this.#windowMs) return 0;
    return ((Math.ceil(this.used(now)) - room) * this.#windowMs) / this.#limit;
  }

  resetMs(now: number): number {
    return this.#at(now) / this.#limit;
  }

  take(amount: number, now: number): void {
    this.#usedTimesWindow = this.#at(now) + amount * this.#windowMs;
    this.#updated = now;
  }

  refund(amount: number, _takenAt: number, now: number): void {
    this.#usedTimesWindow = Math.max(0, this.#at(now) - amount * this.#windowMs);
    this.#updated = now;
  }

  resize(limit: number, now: number): void {
    this.take(0, now);
    this.#limit = limit;
  }

  #at(now: number): number {
    return Math.max(0, this.#usedTimesWindow - (now - this.#updated) * this.#limit);
  }
}
