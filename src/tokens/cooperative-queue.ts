import type { Clock } from '../clock.ts';
import { FifoQueue } from './fifo-queue.ts';
import type { Job } from './job.ts';

/** The longest turn before the event loop runs, in units of work and in time. */
const TURN_WORK = 60_000;
const TURN_MS = 1;
/** The work of one job before the clock is read and the next job runs. */
const STEP_WORK = 2_000;
/** The work that a new job may do at once: some 4,000 characters. */
const ARRIVAL_WORK = 10_000;
/** New jobs may double the length of a turn, so that a short text doesn't wait for a long one. */
const ARRIVAL_SHARE = 2;
/** The assumed work of code that continues after a job: at most 60 calls continue in one turn. */
const FINISH_WORK = 1_000;
/** The part of each turn for background jobs, however many calls wait. */
const BACKGROUND_WORK = 120_000;
const BACKGROUND_MS = 1;

interface QueuedJob {
  readonly job: Job;
  readonly finish: () => void;
  readonly fail: (reason: unknown) => void;
}

/**
 * Runs all counting of this process in short turns, so that no text blocks the event loop. Jobs
 * alternate. Background jobs, for which no call waits, have their own part of each turn.
 */
export class CooperativeQueue {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #nextTurn: (callback: () => void) => void;
  readonly #calls = new FifoQueue<QueuedJob>();
  readonly #background = new FifoQueue<QueuedJob>();
  #turnScheduled = false;
  /** When the event loop last ran. */
  #turnedAt = 0;
  #work = 0;
  #backgroundWork = 0;
  #backgroundMs = 0;

  constructor(clock: Pick<Clock, 'now'>, nextTurn: (callback: () => void) => void) {
    this.#clock = clock;
    this.#nextTurn = nextTurn;
  }

  /**
   * Resolves when the job is done; rejects with what it throws. A short job is done before this
   * returns, unless the turn is over. (Otherwise, a chain of calls, each started when the previous one
   * is done, would never let the event loop run.)
   */
  run(job: Job): Promise<void> {
    try {
      return this.begin(job) ?? Promise.resolve();
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** The same; `undefined` if the job is done already. Throws what its first step throws. */
  begin(job: Job): Promise<void> | undefined {
    this.#scheduleTurn();
    if (this.#mayWork(ARRIVAL_SHARE)) this.#work += Math.max(1, job.step(ARRIVAL_WORK));
    if (job.done) {
      this.#work += FINISH_WORK;
      return undefined;
    }
    return new Promise((finish, fail) => {
      this.#calls.join({ job, finish, fail });
      void this.#proceed();
    });
  }

  /**
   * Like `run`, for work that no call waits for. Starts with small steps, because code that runs for
   * the first time takes ten times as long.
   */
  runInBackground(job: Job): Promise<void> {
    return new Promise((finish, fail) => {
      this.#scheduleTurn();
      this.#background.join({ job, finish, fail });
      this.#proceedBackground();
    });
  }

  /** Resolves after the event loop has run. */
  turn(): Promise<void> {
    return new Promise(this.#nextTurn);
  }

  /** Ensures that a turn will follow for the jobs that are left. */
  #scheduleTurn(): void {
    if (this.#turnScheduled) return;
    this.#turnScheduled = true;
    this.#turnedAt = this.#clock.now();
    this.#nextTurn(() => this.#takeTurn());
  }

  #takeTurn(): void {
    this.#work = 0;
    this.#backgroundWork = 0;
    this.#backgroundMs = 0;
    this.#proceedBackground();
    this.#turnedAt = this.#clock.now();
    void this.#proceed();
    this.#turnScheduled = this.#work + this.#backgroundWork > 0;
    if (this.#turnScheduled) this.#nextTurn(() => this.#takeTurn());
  }

  /** Every turn does some work, even on a slow machine. */
  #mayWork(share: number): boolean {
    if (this.#work === 0) return true;
    if (this.#work >= share * TURN_WORK) return false;
    return this.#clock.now() - this.#turnedAt < share * TURN_MS;
  }

  async #proceed(): Promise<void> {
    while (this.#mayWork(1)) {
      const next = this.#calls.take();
      if (next === undefined) return;
      this.#work += this.#step(next, STEP_WORK, this.#calls);
      if (!next.job.done) continue;
      this.#work += FINISH_WORK;
      await undefined;
    }
  }

  #proceedBackground(): void {
    while (this.#backgroundWork < BACKGROUND_WORK && this.#backgroundMs < BACKGROUND_MS) {
      const next = this.#background.take();
      if (next === undefined) return;
      const startedAt = this.#clock.now();
      this.#backgroundWork += this.#step(next, STEP_WORK, this.#background);
      this.#backgroundMs += this.#clock.now() - startedAt;
    }
  }

  /** Runs one step of a job and returns its work. An unfinished job rejoins the queue. */
  #step({ job, finish, fail }: QueuedJob, budget: number, queue: FifoQueue<QueuedJob>): number {
    try {
      const work = Math.max(1, job.step(budget));
      if (job.done) finish();
      else queue.join({ job, finish, fail });
      return work;
    } catch (error) {
      fail(error);
      return 1;
    }
  }
}
