import { slack } from './bucket.ts';

/** How many entries are kept apart before neighbours are merged. */
const MOST_ENTRIES = 4096;

/** What was entered at `at`, and, merged with that, since `from`. */
interface Entry {
  readonly from: number;
  at: number;
  cost: number;
}

/**
 * A guard over any trailing window: the cost admitted in (now − span, now] stays within `max`.
 * A cost above `max` passes alone: into an empty window.
 *
 * Exact up to 4,096 entries; past that, neighbours are merged into the later one, which can only
 * hold a call back longer, never let one through too early. With a resolution, so is what comes
 * within it after the first of them.
 */
export class TrailingWindow {
  readonly max: number;
  readonly spanMs: number;
  readonly #resolutionMs: number;
  #entries: Entry[] = [];
  /** Where the live entries begin; expired ones are dropped in bulk. */
  #first = 0;
  #total = 0;

  constructor(max: number, spanMs: number, resolutionMs = 0) {
    this.max = max;
    this.spanMs = spanMs;
    this.#resolutionMs = resolutionMs;
  }

  /** A window of the same span and history with another maximum. */
  resized(max: number): TrailingWindow {
    const resized = new TrailingWindow(max, this.spanMs, this.#resolutionMs);
    resized.#entries = this.#entries;
    resized.#first = this.#first;
    resized.#total = this.#total;
    return resized;
  }

  /** Another one in the same state. */
  copy(): TrailingWindow {
    const copy = new TrailingWindow(this.max, this.spanMs);
    copy.#entries = this.#entries.slice(this.#first).map((entry) => ({ ...entry }));
    copy.#total = this.#total;
    return copy;
  }

  /** What is in it, as plain numbers. */
  get numbers(): readonly number[] {
    const live = this.#entries.slice(this.#first);
    return [live.length, ...live.flatMap(({ at, cost }) => [at, cost])];
  }

  /** Goes on from another one's `numbers`, which `next` gives one by one. */
  restore(next: () => number): void {
    this.#clear();
    for (let left = next(); left > 0; left--) {
      const at = next();
      const cost = next();
      this.#entries.push({ from: at, at, cost });
      this.#total += cost;
    }
  }

  /** The cost in the window that ends at `now`. */
  total(now: number): number {
    this.#expire(now);
    return this.#total;
  }

  /** Milliseconds until `cost` fits, were `other` entered now. */
  wait(cost: number, now: number, other = 0): number {
    this.#expire(now);
    const last = this.#entries.at(-1);
    if (cost === 0) return 0;
    if (other > 0 && cost + other > this.max) return this.spanMs;
    if (last === undefined) return 0;
    let excess = this.#total + cost + other - this.max;
    if (excess <= slack(this.max)) return 0;
    for (let i = this.#first; i < this.#entries.length; i++) {
      const entry = this.#entries[i]!;
      excess -= entry.cost;
      if (excess <= slack(this.max)) return this.#end(entry) - now;
    }
    return this.#end(last) - now;
  }

  /** Enters `cost` at `now`. */
  add(cost: number, now: number): void {
    if (cost === 0) return;
    this.#expire(now);
    const last = this.#entries.at(-1);
    const at = Math.max(now, last?.at ?? now);
    if (last !== undefined && this.#isOneWith(last, now)) {
      last.at = at;
      last.cost += cost;
    } else this.#entries.push({ from: now, at, cost });
    this.#total += cost;
    if (this.#entries.length - this.#first > MOST_ENTRIES) this.#merge();
  }

  /** So many times as much was entered, each time. */
  scale(factor: number, now: number): void {
    this.#expire(now);
    for (let i = this.#first; i < this.#entries.length; i++) this.#entries[i]!.cost *= factor;
    this.#total *= factor;
  }

  /** Takes back `cost` of what was entered at `at`; nothing, where that has left the window. */
  remove(cost: number, at: number, now: number): void {
    this.#expire(now);
    const entry = this.#entries[this.#indexFrom(at)];
    if (entry === undefined || at <= now - this.spanMs) return;
    const removed = Math.min(cost, entry.cost);
    entry.cost -= removed;
    this.#total -= removed;
  }

  #isOneWith({ from, at }: Entry, now: number): boolean {
    return at === now || now - from < this.#resolutionMs;
  }

  #end(entry: Entry): number {
    return entry.at + this.spanMs;
  }

  #expire(now: number): void {
    let entry = this.#entries[this.#first];
    while (entry !== undefined && this.#end(entry) <= now) {
      this.#total -= entry.cost;
      entry = this.#entries[++this.#first];
    }
    if (entry === undefined) this.#clear();
    else if (this.#first > MOST_ENTRIES) this.#compact();
  }

  /** An empty window is exactly empty, whatever rounding has left in the sum. */
  #clear(): void {
    this.#entries = [];
    this.#first = 0;
    this.#total = 0;
  }

  #compact(): void {
    this.#entries = this.#entries.slice(this.#first);
    this.#first = 0;
  }

  #merge(): void {
    this.#compact();
    const merged: Entry[] = [];
    for (let i = 0; i < this.#entries.length; i += 2) {
      const entry = this.#entries[i]!;
      const next = this.#entries[i + 1];
      merged.push(next ? { ...next, cost: entry.cost + next.cost } : entry);
    }
    this.#entries = merged;
  }

  /** The index of the first entry at or after `at`: its own, or the one it was merged into. */
  #indexFrom(at: number): number {
    let low = this.#first;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#entries[middle]!.at < at) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
