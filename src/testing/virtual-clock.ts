import type { Clock } from '../clock.ts';
import { type EventLoop, watchEventLoop } from './event-loop.ts';
import { expectFinite, expectKeys } from './expect.ts';

/** Options of `createVirtualClock`. */
export interface VirtualClockOptions {
  /** The first instant, in milliseconds since the epoch. @default 0 */
  start?: number | undefined;
  /**
   * How many turns of the event loop must pass in which no timer is set or canceled, before time moves
   * on. With more turns, longer chains of promises and message ports can finish.
   *
   * @default 8
   */
  quietTurns?: number | undefined;
}

/**
 * A `Clock` whose time stands still until you move it. Nothing is ever early or late: a
 * timer runs exactly at the instant for which it was set, and timers of the same instant run in the
 * order in which they were set.
 */
export interface VirtualClock extends Clock {
  /** The number of timers that are set. */
  readonly pending: number;
  /** Moves time by `ms`, running the timers that fall due on the way. */
  advance(ms: number): Promise<void>;
  /**
   * Jumps from timer to timer until `promise` settles, and resolves or rejects like it. Rejects if no
   * timer is left that could settle it.
   */
  run<T>(promise: PromiseLike<T>): Promise<T>;
  /** Jumps from timer to timer until none is left. */
  runUntilIdle(): Promise<void>;
  /**
   * Holds time while you wait for something that isn't a timer of this clock, such as a request to
   * another process. Time stands still until you call the returned function.
   */
  hold(): () => void;
}

interface VirtualTimer {
  readonly due: number;
  readonly callback: () => void;
}

/**
 * Makes a clock for tests and simulations.
 *
 * @example
 * const clock = createVirtualClock();
 * clock.setTimeout(() => console.log(clock.now()), 3_600_000); // prints 3600000, at once
 * await clock.runUntilIdle();
 *
 * @throws TypeError for options that can't be used
 */
export function createVirtualClock(options: VirtualClockOptions = {}): VirtualClock {
  expectKeys('options', options, ['start', 'quietTurns'], 'createVirtualClock');
  const { start = 0, quietTurns = 8 } = options;
  return new SteppedClock(
    expectFinite('start', start, { min: 0 }),
    expectFinite('quietTurns', quietTurns, { min: 1, integer: true }),
  );
}

class SteppedClock implements VirtualClock {
  #now: number;
  /** Earliest first; those of one instant in the order in which they were set. */
  readonly #timers: VirtualTimer[] = [];
  readonly #loop: EventLoop;

  constructor(start: number, quietTurns: number) {
    this.#now = start;
    this.#loop = watchEventLoop(quietTurns);
  }

  get pending(): number {
    return this.#timers.length;
  }

  now(): number {
    return this.#now;
  }

  setTimeout(callback: () => void, delayMs: number): () => void {
    const delay = Math.max(0, expectFinite('delayMs', delayMs));
    const timer: VirtualTimer = { due: this.#now + delay, callback };
    this.#timers.splice(this.#indexAfter(timer.due), 0, timer);
    this.#loop.touch();
    return () => this.#cancel(timer);
  }

  hold(): () => void {
    return this.#loop.hold();
  }

  async advance(ms: number): Promise<void> {
    const until = this.#now + expectFinite('ms', ms, { min: 0 });
    await this.#loop.quiet();
    while (this.#fireNext(until)) await this.#loop.quiet();
    this.#now = Math.max(this.#now, until);
  }

  async runUntilIdle(): Promise<void> {
    await this.#loop.quiet();
    while (this.#fireNext(Infinity)) await this.#loop.quiet();
  }

  async run<T>(promise: PromiseLike<T>): Promise<T> {
    let settled = false;
    const done = () => {
      settled = true;
      this.#loop.touch();
    };
    promise.then(done, done);
    await this.#loop.quiet();
    while (!settled && this.#fireNext(Infinity)) await this.#loop.quiet();
    if (!settled) await this.#loop.grace(() => settled || this.pending > 0);
    if (!settled && this.pending > 0) return this.run(promise);
    if (!settled) throw new Error(`Nothing is left at ${this.#now} that could settle the promise`);
    return promise;
  }

  /** Moves to the earliest timer that is due by `until` and runs it; `false` where there is none. */
  #fireNext(until: number): boolean {
    const timer = this.#timers[0];
    if (timer === undefined || timer.due > until) return false;
    this.#timers.shift();
    this.#now = Math.max(this.#now, timer.due);
    timer.callback();
    return true;
  }

  #cancel(timer: VirtualTimer): void {
    let index = this.#indexAfter(timer.due) - 1;
    while (index >= 0 && this.#timers[index] !== timer) index--;
    if (index < 0) return;
    this.#timers.splice(index, 1);
    this.#loop.touch();
  }

  /** Where a timer that is due at `due` goes: behind all that are due no later. */
  #indexAfter(due: number): number {
    let low = 0;
    let high = this.#timers.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = this.#timers[middle];
      if (other !== undefined && other.due <= due) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
