import { MINUTE_MS, SECOND_MS } from '../model/limits.ts';
import type { Reading } from './server-view.ts';

const SECONDS = MINUTE_MS / SECOND_MS;
/** A server that counts has this much of a limit used up, and of our use at least that. */
const TELLING = 0.02;
const FITTING = 0.9;
/** Readings are old by the time that an answer takes: so much is remembered. */
const KEPT = 4 * SECONDS;

/**
 * What others use of a limit of a minute that a window counts, sliding or by the clock: what the
 * server has counted, less what was let through here in the minute before. As a fixed window may
 * have begun within that minute, this is the least that it can be, and exact as the window ends: so
 * the greatest of the last minute or two counts. Time is a parameter.
 */
export class WindowShare {
  readonly #seconds = new Map<number, number>();
  #since = Number.NEGATIVE_INFINITY;
  #fittedAt = Number.NEGATIVE_INFINITY;
  #before = 0;
  #present = 0;

  take(cost: number, now: number): void {
    const second = Math.floor(now / SECOND_MS);
    this.#seconds.set(second, (this.#seconds.get(second) ?? 0) + cost);
    const [oldest = second] = this.#seconds.keys();
    if (oldest < second - KEPT) this.#seconds.delete(oldest);
  }

  observe({ limit, remaining, sentAt }: Reading, now: number): void {
    this.#turn(now);
    const used = limit - remaining;
    const ours = this.#ours(sentAt);
    if (used >= TELLING * limit && used >= FITTING * ours) this.#fittedAt = now;
    const others = (used - ours) / limit;
    this.#present = Math.min(1, Math.max(this.#present, others));
  }

  /**
   * Whether the server has lately counted as a window would: most of what was let through in a
   * minute was still used up. Of a bucket much would have flowed in again.
   */
  fits(now: number): boolean {
    return now - this.#fittedAt < 2 * MINUTE_MS;
  }

  /** The share of the limit that others use, as far as is known. */
  share(now: number): number {
    this.#turn(now);
    return Math.max(this.#before, this.#present);
  }

  /** In the minute until `at`, and the rest of the second in which that began. */
  #ours(at: number): number {
    const last = Math.floor(at / SECOND_MS);
    let sum = 0;
    for (let second = last - SECONDS; second <= last; second++) {
      sum += this.#seconds.get(second) ?? 0;
    }
    return sum;
  }

  #turn(now: number): void {
    const elapsedMs = now - this.#since;
    if (elapsedMs < MINUTE_MS) return;
    this.#before = elapsedMs < 2 * MINUTE_MS ? this.#present : 0;
    this.#present = 0;
    this.#since = now;
  }
}
