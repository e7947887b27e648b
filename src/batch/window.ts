import type { Load } from './host.ts';

/** Items that wait or prepare their calls, at least: more than a store is asked for at once (16). */
const LEAST_AHEAD = 32;
const MOST_AHEAD = 1000;
/** The most items under way, whatever limits have room for. */
const MOST = 10_000;

/** How often the window follows what limits let through. */
export const LOOK_MS = 100;

/**
 * How many items may be under way, so that a call waits whenever a limit has room for one: as many
 * as have calls in flight, and twice as many more as lately went within `LOOK_MS`.
 *
 * Invariant: whatever is not held back by a limit doesn't widen it, so that it never takes in the
 * whole input.
 */
export class AutoWindow {
  readonly #load: () => Load;
  #ahead = LEAST_AHEAD;
  #calls: number;

  constructor(load: () => Load) {
    this.#load = load;
    this.#calls = load().calls;
  }

  get size(): number {
    return Math.min(MOST, this.#load().limited + this.#ahead);
  }

  /** Called each `LOOK_MS`. */
  look(): void {
    const { calls } = this.#load();
    const went = calls - this.#calls;
    this.#calls = calls;
    this.#ahead = Math.min(MOST_AHEAD, Math.max(LEAST_AHEAD, 2 * went));
  }
}
