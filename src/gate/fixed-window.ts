import { slack } from './bucket.ts';

/**
 * A guard over windows that follow each other from the epoch on: in each of them at most `max`. A
 * cost above `max` passes alone: into an empty window. Around the border of two windows, twice as
 * much may pass in a short time.
 */
export class FixedWindow {
  readonly max: number;
  readonly spanMs: number;
  #startedAt = Number.NEGATIVE_INFINITY;
  #total = 0;

  constructor(max: number, spanMs: number) {
    this.max = max;
    this.spanMs = spanMs;
  }

  /** A window of the same span and history with another maximum. */
  resized(max: number): FixedWindow {
    const resized = new FixedWindow(max, this.spanMs);
    resized.#startedAt = this.#startedAt;
    resized.#total = this.#total;
    return resized;
  }

  /** Another one in the same state. */
  copy(): FixedWindow {
    return this.resized(this.max);
  }

  /** What is in it, as plain numbers. */
  get numbers(): readonly number[] {
    return [this.#startedAt, this.#total];
  }

  /** Goes on from another one's `numbers`, which `next` gives one by one. */
  restore(next: () => number): void {
    this.#startedAt = next();
    this.#total = next();
  }

  /** The cost in the present window. */
  total(now: number): number {
    this.#roll(now);
    return this.#total;
  }

  /** Milliseconds until `cost` fits, were `other` entered now. */
  wait(cost: number, now: number, other = 0): number {
    this.#roll(now);
    if (cost === 0) return 0;
    const used = this.#total + other;
    if (used === 0 || used + cost <= this.max + slack(this.max)) return 0;
    return this.#startedAt + this.spanMs - now;
  }

  /** Enters `cost` at `now`. */
  add(cost: number, now: number): void {
    this.#roll(now);
    this.#total += cost;
  }

  /** So much was entered in the present window, here and elsewhere. */
  align(total: number, now: number): void {
    this.#roll(now);
    this.#total = total;
  }

  /** Takes back `cost` of what was entered at `at`; nothing, where that was in an earlier window. */
  remove(cost: number, at: number, now: number): void {
    this.#roll(now);
    if (at >= this.#startedAt) this.#total = Math.max(0, this.#total - cost);
  }

  #roll(now: number): void {
    const startedAt = Math.floor(now / this.spanMs) * this.spanMs;
    if (startedAt <= this.#startedAt) return;
    this.#startedAt = startedAt;
    this.#total = 0;
  }
}
