import { amount, type Cost, type Dimension, MINUTE_MS, plus, SECOND_MS } from '../model/limits.ts';

/** Longer than that nobody asks back; a pause may lie between. */
const KEPT = 1000;

/**
 * What a lane has let through in each second, less what was refused or not used: what the provider
 * has demonstrably taken.
 */
export class Throughput {
  readonly #seconds = new Map<number, Cost>();
  #firstAt: number | undefined;

  add(cost: Cost, at: number): void {
    this.#firstAt ??= at;
    const second = Math.floor(at / SECOND_MS);
    this.#seconds.set(second, plus(this.#seconds.get(second) ?? {}, cost));
    if (this.#seconds.size > KEPT) this.#dropOldest();
  }

  /** What was let through at `at` for `taken` has cost `actual`. */
  correct(taken: Cost, actual: Cost, at: number): void {
    const second = Math.floor(at / SECOND_MS);
    const before = this.#seconds.get(second);
    if (before === undefined) return;
    const negative = Object.entries(taken).map(([key, value]) => [key, -value]);
    this.#seconds.set(second, plus(plus(before, actual), Object.fromEntries(negative)));
  }

  /** In the minute until `at`. */
  inMinute(dimension: Dimension, at: number): number {
    const last = Math.floor(at / SECOND_MS);
    let sum = 0;
    for (let second = last - MINUTE_MS / SECOND_MS + 1; second <= last; second++) {
      sum += amount(this.#seconds.get(second) ?? {}, dimension);
    }
    return Math.max(0, sum);
  }

  /** Per minute, until `at`; of a lane that is younger, in the time that there was. */
  perMinute(dimension: Dimension, at: number): number {
    const ageMs = Math.max(SECOND_MS, at - (this.#firstAt ?? at));
    return this.inMinute(dimension, at) * Math.max(1, MINUTE_MS / ageMs);
  }

  /** Whether there was a minute until `at` to speak of. */
  hasMinute(at: number): boolean {
    return this.#firstAt !== undefined && at - this.#firstAt >= MINUTE_MS;
  }

  #dropOldest(): void {
    const [oldest] = this.#seconds.keys();
    if (oldest !== undefined) this.#seconds.delete(oldest);
  }
}
