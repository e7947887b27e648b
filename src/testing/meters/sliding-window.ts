import type { Meter } from './meter.ts';

interface Entry {
  readonly at: number;
  amount: number;
}

/** A strict sliding window: what was taken in the trailing `windowMs` never exceeds the limit. */
export class SlidingWindow implements Meter {
  #limit: number;
  readonly #windowMs: number;
  /** Oldest first. */
  readonly #entries: Entry[] = [];
  #total = 0;

  constructor(limit: number, windowMs: number) {
    this.#limit = limit;
    this.#windowMs = windowMs;
  }

  used(now: number): number {
    this.#forget(now);
    return this.#total;
  }

  waitMs(amount: number, now: number): number {
    if (amount > this.#limit) return Infinity;
    let excess = this.used(now) + amount - this.#limit;
    if (excess <= 0) return 0;
    for (const entry of this.#entries) {
      excess -= entry.amount;
      if (excess <= 0) return entry.at + this.#windowMs - now;
    }
    return this.resetMs(now);
  }

  resetMs(now: number): number {
    this.#forget(now);
    const last = this.#entries.at(-1);
    return last === undefined ? 0 : last.at + this.#windowMs - now;
  }

  take(amount: number, now: number): void {
    this.#total += amount;
    const last = this.#entries.at(-1);
    if (last?.at === now) last.amount += amount;
    else if (amount > 0) this.#entries.push({ at: now, amount });
  }

  refund(amount: number, takenAt: number): void {
    const entry = this.#entries.find(({ at }) => at === takenAt);
    if (entry === undefined) return;
    const back = Math.min(amount, entry.amount);
    entry.amount -= back;
    this.#total -= back;
  }

  resize(limit: number): void {
    this.#limit = limit;
  }

  #forget(now: number): void {
    for (;;) {
      const oldest = this.#entries[0];
      if (oldest === undefined || oldest.at + this.#windowMs > now) return;
      this.#total -= oldest.amount;
      this.#entries.shift();
    }
  }
}
