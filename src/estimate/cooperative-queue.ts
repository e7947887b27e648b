import type { Clock } from '../clock.ts';
import type { Job } from './job.ts';

/** The most that is done before the event loop gets its turn, in units of work and in time. */
const TURN_WORK = 60_000;
const TURN_MS = 1;
/** How much a job does before the clock is looked at and the next job comes in. */
const STEP_WORK = 2_000;
/** What a job that comes in may do at once: some 4,000 characters. */
const ARRIVAL_WORK = 10_000;
/** Work that comes in has as much again for itself: a short text doesn't wait for a long one. */
const ARRIVAL_SHARE = 2;

interface Waiting {
  readonly job: Job;
  readonly finish: () => void;
  readonly fail: (reason: unknown) => void;
}

/**
 * Does all counting of this process a little at a time, so that no text, however long, holds up the
 * event loop. Jobs take turns.
 */
export class CooperativeQueue {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #nextTurn: (callback: () => void) => void;
  readonly #waiting: Waiting[] = [];
  #turnScheduled = false;
  #work = 0;
  #spentMs = 0;

  constructor(clock: Pick<Clock, 'now'>, nextTurn: (callback: () => void) => void) {
    this.#clock = clock;
    this.#nextTurn = nextTurn;
  }

  /**
   * Resolves when the job is done, and rejects with what it throws. A short job is done before this
   * returns, as long as the work of all calls since the event loop had its turn is within bounds.
   */
  run(job: Job): Promise<void> {
    return new Promise((finish, fail) => {
      const arriving = { job, finish, fail };
      if (this.#mayWork(ARRIVAL_SHARE)) this.#step(arriving, ARRIVAL_WORK);
      else this.#waiting.push(arriving);
      this.#proceed();
      this.#scheduleTurn();
    });
  }

  /**
   * The same for work that no call waits for. It begins a little at a time, too: code that runs for
   * the first time takes ten times as long as its measure says.
   */
  runBehind(job: Job): Promise<void> {
    return new Promise((finish, fail) => {
      this.#waiting.push({ job, finish, fail });
      this.#proceed();
      this.#scheduleTurn();
    });
  }

  /** Resolves when the event loop has had its turn. */
  turn(): Promise<void> {
    return new Promise(this.#nextTurn);
  }

  #scheduleTurn(): void {
    if (this.#turnScheduled || this.#work === 0) return;
    this.#turnScheduled = true;
    this.#nextTurn(() => {
      this.#turnScheduled = false;
      this.#work = 0;
      this.#spentMs = 0;
      this.#proceed();
      this.#scheduleTurn();
    });
  }

  #mayWork(share: number): boolean {
    return this.#work < share * TURN_WORK && this.#spentMs < share * TURN_MS;
  }

  #proceed(): void {
    while (this.#mayWork(1)) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      this.#step(next, STEP_WORK);
    }
  }

  /** Does some of a job's work. It goes to the end of the line if there is more. */
  #step(next: Waiting, budget: number): void {
    const startedAt = this.#clock.now();
    try {
      this.#work += Math.max(1, next.job.step(budget));
      if (next.job.done) next.finish();
      else this.#waiting.push(next);
    } catch (error) {
      next.fail(error);
    }
    this.#spentMs += this.#clock.now() - startedAt;
  }
}
