import type { Clock } from '../../src/clock.ts';

/** Microtasks that a step may need: p-queue hands a slot on within ten or so, several times in one. */
const MICROTASKS = 80;

interface Timer {
  readonly due: number;
  readonly callback: () => void;
}

/**
 * A virtual clock for properties: it waits for microtasks only, so that a thousand schedules take
 * seconds. For code without I/O; everything else is tested with `createVirtualClock`.
 */
export class FastClock implements Clock {
  #now = 0;
  /** In the order in which they were set. */
  readonly #timers = new Set<Timer>();

  now(): number {
    return this.#now;
  }

  setTimeout(callback: () => void, delayMs: number): () => void {
    const timer = { due: this.#now + Math.max(0, delayMs), callback };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  get pending(): number {
    return this.#timers.size;
  }

  async settle(): Promise<void> {
    for (let i = 0; i < MICROTASKS; i++) await undefined;
  }

  /** Runs until no timer is left, or until `most` of them have run: then something never ends. */
  async run(most = 100_000): Promise<void> {
    await this.settle();
    for (let fired = 0; ; fired++) {
      if (fired > most) throw new Error(`Still not idle after ${most} timers`);
      const next = this.#earliest();
      if (next === undefined) return;
      this.#timers.delete(next);
      this.#now = Math.max(this.#now, next.due);
      next.callback();
      await this.settle();
    }
  }

  #earliest(): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.#timers) {
      if (first === undefined || timer.due < first.due) first = timer;
    }
    return first;
  }
}
