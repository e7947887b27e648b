import type { Clock } from '../../src/clock.ts';
import type { Asked, Cell, Note, Seen, Write, Written } from '../../src/shared/cell.ts';

interface Timer {
  readonly due: number;
  readonly order: number;
  readonly callback: () => void;
}

/** Chance that is the same each time: mulberry32. */
export function seeded(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Microtasks that a step may need. */
const MICROTASKS = 30;

/** Virtual time for all processes. */
export class WorldClock implements Clock {
  #now = 1_000_000;
  #order = 0;
  readonly #timers = new Set<Timer>();
  /** What is under way outside of this time: it stands still meanwhile. */
  readonly #held = new Set<Promise<unknown>>();

  now(): number {
    return this.#now;
  }

  setTimeout(callback: () => void, delayMs: number): () => void {
    const timer = { due: this.#now + Math.max(0, delayMs), order: this.#order++, callback };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  async during<T>(work: Promise<T>): Promise<T> {
    this.#held.add(work);
    return work.finally(() => this.#held.delete(work));
  }

  /** Runs until that time, or until `isOver`. */
  async run(until: number, isOver: () => boolean = () => false): Promise<void> {
    for (let steps = 0; ; steps++) {
      do {
        await Promise.allSettled(this.#held);
        for (let i = 0; i < MICROTASKS; i++) await undefined;
      } while (this.#held.size > 0);
      if (isOver()) return;
      if (steps > 200_000) throw new Error('Too much happens');
      let next: Timer | undefined;
      for (const timer of this.#timers) {
        const isEarlier = next === undefined || timer.due < next.due;
        if (isEarlier || (timer.due === next?.due && timer.order < next.order)) next = timer;
      }
      if (next === undefined || next.due > until) {
        this.#now = Math.max(this.#now, until);
        return;
      }
      this.#timers.delete(next);
      this.#now = Math.max(this.#now, next.due);
      next.callback();
    }
  }
}

/** What goes wrong between a process and the store; each a share of what is sent. */
export interface Weather {
  readonly latencyMs: number;
  /** Added to each way, at most. */
  readonly jitterMs: number;
  readonly requestsLost: number;
  readonly answersLost: number;
  /** Done long after the process was told that they failed. */
  readonly requestsLate: number;
  readonly messagesLost: number;
  readonly messagesDoubled: number;
  readonly messagesLate: number;
}

export const FAIR: Weather = {
  ...{ latencyMs: 1, jitterMs: 0, requestsLost: 0, answersLost: 0, requestsLate: 0 },
  ...{ messagesLost: 0, messagesDoubled: 0, messagesLate: 0 },
};

/** After so long a request without an answer fails. */
const TIMEOUT_MS = 100;
/** What is late comes within so long. */
const LATE_MS = 600;

/** A process: what happens in it waits while it is stalled, and never happens once it is killed. */
export class Process implements Clock {
  readonly name: string;
  readonly #world: WorldClock;
  readonly #endings: (() => void)[] = [];
  #stalledUntil = 0;
  isDead = false;

  constructor(world: WorldClock, name: string) {
    this.#world = world;
    this.name = name;
  }

  now(): number {
    return this.#world.now();
  }

  setTimeout(callback: () => void, delayMs: number): () => void {
    return this.#world.setTimeout(() => this.happens(callback), delayMs);
  }

  happens(callback: () => void): void {
    if (this.isDead) return;
    const waitMs = this.#stalledUntil - this.now();
    if (waitMs <= 0) callback();
    else this.#world.setTimeout(() => this.happens(callback), waitMs);
  }

  stall(ms: number): void {
    this.#stalledUntil = Math.max(this.#stalledUntil, this.now() + ms);
  }

  onEnd(ending: () => void): void {
    this.#endings.push(ending);
  }

  kill(): void {
    this.isDead = true;
    for (const end of this.#endings) end();
  }
}

/** A cell as a process reaches it over a network. */
export class DistantCell implements Cell {
  readonly #cell: Cell;
  readonly #process: Process;
  readonly #world: WorldClock;
  readonly #weather: () => Weather;
  readonly #random: () => number;
  readonly ask: ((note: Note, notAfter?: number) => Promise<Asked>) | undefined;
  readonly take: Cell['take'];
  isListening = true;
  /** Messages that were missed. */
  unheards = 0;
  /** Requests. */
  sent = 0;
  /** Of them, those that were lost, or whose answer was. */
  unanswered = 0;

  constructor(
    cell: Cell,
    process: Process,
    world: WorldClock,
    weather: () => Weather,
    random: () => number,
    isPlain = false,
  ) {
    this.#cell = cell;
    this.#process = process;
    this.#world = world;
    this.#weather = weather;
    this.#random = random;
    this.ask = isPlain
      ? undefined
      : (note, notAfter) => this.#send(() => this.#cell.ask!(note, notAfter));
    this.take = isPlain ? undefined : (take) => this.#send(() => this.#cell.take!(take));
  }

  read(): Promise<Seen> {
    return this.#send(() => this.#cell.read());
  }

  write(write: Write): Promise<Written> {
    return this.#send(() => this.#cell.write(write));
  }

  unheard(): void {
    this.unheards += 1;
  }

  listen(hear: (text: string) => void): () => void {
    const stop = this.#cell.listen!((text) => {
      const { messagesLost, messagesDoubled, messagesLate } = this.#weather();
      if (!this.isListening || this.#random() < messagesLost) return;
      const late = this.#random() < messagesLate ? this.#random() * LATE_MS : 0;
      const deliver = (): void => this.#process.happens(() => hear(text));
      this.#world.setTimeout(deliver, this.#way() + late);
      if (this.#random() < messagesDoubled) {
        this.#world.setTimeout(deliver, this.#way() + this.#random() * LATE_MS);
      }
    });
    this.#process.onEnd(stop);
    return stop;
  }

  #way(): number {
    const { latencyMs, jitterMs } = this.#weather();
    return latencyMs + this.#random() * jitterMs;
  }

  #send<T>(ask: () => Promise<T>): Promise<T> {
    this.sent += 1;
    const { requestsLost, answersLost, requestsLate } = this.#weather();
    const fate = this.#random();
    return new Promise((resolve, reject) => {
      const fail = (): void => {
        this.#process.setTimeout(() => reject(new Error('No answer')), TIMEOUT_MS);
      };
      const arrive = (then: (reply: T) => void): void => {
        void ask().then(then);
      };
      const back = (reply: T): void => {
        this.#world.setTimeout(() => this.#process.happens(() => resolve(reply)), this.#way());
      };
      const isUnanswered = fate < requestsLost + answersLost + requestsLate;
      if (isUnanswered) this.unanswered += 1;
      if (isUnanswered) fail();
      if (fate < requestsLost) return;
      if (fate < requestsLost + answersLost) {
        this.#world.setTimeout(() => arrive(() => {}), this.#way());
      } else if (isUnanswered) {
        const lateMs = TIMEOUT_MS + this.#random() * LATE_MS;
        this.#world.setTimeout(() => arrive(() => {}), lateMs);
      } else this.#world.setTimeout(() => arrive(back), this.#way());
    });
  }
}
