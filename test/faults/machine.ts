import type { Clock } from '../../src/clock.ts';
import type { VirtualClock } from '../../src/testing/index.ts';

/** A time in which the machine is suspended. */
export interface Sleep {
  readonly atMs: number;
  readonly lastsMs: number;
  /** Whether its monotonic clock goes on meanwhile, as on Windows; Linux stops it. */
  readonly isCounted: boolean;
}

interface Timer {
  readonly due: number;
  readonly fire: () => void;
  disarm: () => void;
}

/** The clock of a machine that can be suspended, while the time of the world goes on. */
export class Machine implements Clock {
  readonly world: VirtualClock;
  readonly #timers = new Set<Timer>();
  #behindMs = 0;
  #isAsleep = false;

  constructor(world: VirtualClock) {
    this.world = world;
  }

  /** The number of timers that are set. */
  get pending(): number {
    return this.#timers.size;
  }

  now(): number {
    return this.world.now() - this.#behindMs;
  }

  setTimeout(callback: () => void, delayMs: number): () => void {
    const fire = (): void => {
      this.#timers.delete(timer);
      callback();
    };
    const timer: Timer = { due: this.now() + Math.max(0, delayMs), fire, disarm: () => {} };
    this.#timers.add(timer);
    if (!this.#isAsleep) this.#arm(timer);
    return () => {
      timer.disarm();
      this.#timers.delete(timer);
    };
  }

  hold(): () => void {
    return this.world.hold();
  }

  wait(ms: number): Promise<void> {
    return new Promise((resolve) => void this.setTimeout(resolve, ms));
  }

  /** Suspends it so much later. What is overdue then comes at once. */
  async sleep({ atMs, lastsMs, isCounted }: Sleep): Promise<void> {
    await this.wait(atMs);
    for (const { disarm } of this.#timers) disarm();
    this.#isAsleep = true;
    await new Promise<void>((resolve) => void this.world.setTimeout(resolve, lastsMs));
    this.#isAsleep = false;
    if (!isCounted) this.#behindMs += lastsMs;
    for (const timer of [...this.#timers].sort((a, b) => a.due - b.due)) this.#arm(timer);
  }

  #arm(timer: Timer): void {
    timer.disarm = this.world.setTimeout(timer.fire, timer.due - this.now());
  }
}
