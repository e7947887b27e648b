import type { Clock } from '../clock.ts';
import type { Job } from './job.ts';
import { WaitingLine } from './waiting-line.ts';

/** The most that is done before the event loop gets its turn, in units of work and in time. */
const TURN_WORK = 60_000;
const TURN_MS = 1;
/** How much a job does before the clock is looked at and the next job comes in. */
const STEP_WORK = 2_000;
/** What a job that comes in may do at once: some 4,000 characters. */
const ARRIVAL_WORK = 10_000;
/** Work that comes in has as much again for itself: a short text doesn't wait for a long one. */
const ARRIVAL_SHARE = 2;
/** What goes on once a job is done has its cost, too: no more than 60 calls go on in one turn. */
const FINISH_WORK = 1_000;
/** What each turn does of the work that no call waits for, however many calls there are. */
const BEHIND_WORK = 120_000;
const BEHIND_MS = 1;

interface Waiting {
  readonly job: Job;
  readonly finish: () => void;
  readonly fail: (reason: unknown) => void;
}

/**
 * Does all counting of this process a little at a time, so that no text, however long, holds up the
 * event loop. Jobs take turns; those that no call waits for have a share of each turn to themselves.
 */
export class CooperativeQueue {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #nextTurn: (callback: () => void) => void;
  readonly #calls = new WaitingLine<Waiting>();
  readonly #behind = new WaitingLine<Waiting>();
  #turnScheduled = false;
  /** When the event loop was last known to have had its turn. */
  #turnedAt = 0;
  #work = 0;
  #workBehind = 0;
  #spentBehindMs = 0;

  constructor(clock: Pick<Clock, 'now'>, nextTurn: (callback: () => void) => void) {
    this.#clock = clock;
    this.#nextTurn = nextTurn;
  }

  /**
   * Resolves when the job is done, and rejects with what it throws. A short job is done before this
   * returns, unless the event loop is due for its turn: calls that follow one another, each at once
   * when the one before it is answered, would never give it one.
   */
  run(job: Job): Promise<void> {
    return new Promise((finish, fail) => {
      this.#scheduleTurn();
      const arriving = { job, finish, fail };
      if (this.#mayWork(ARRIVAL_SHARE)) this.#stepCall(arriving, ARRIVAL_WORK);
      else this.#calls.join(arriving);
      if (!job.done) void this.#proceed();
    });
  }

  /**
   * The same for work that no call waits for. It begins a little at a time, too: code that runs for
   * the first time takes ten times as long as its measure says.
   */
  runBehind(job: Job): Promise<void> {
    return new Promise((finish, fail) => {
      this.#scheduleTurn();
      this.#behind.join({ job, finish, fail });
      this.#proceedBehind();
    });
  }

  /** Resolves when the event loop has had its turn. */
  turn(): Promise<void> {
    return new Promise(this.#nextTurn);
  }

  /** What comes in now, and what is left of it, waits for the event loop at most once. */
  #scheduleTurn(): void {
    if (this.#turnScheduled) return;
    this.#turnScheduled = true;
    this.#turnedAt = this.#clock.now();
    this.#nextTurn(() => this.#takeTurn());
  }

  #takeTurn(): void {
    this.#work = 0;
    this.#workBehind = 0;
    this.#spentBehindMs = 0;
    this.#proceedBehind();
    this.#turnedAt = this.#clock.now();
    void this.#proceed();
    this.#turnScheduled = this.#work + this.#workBehind > 0;
    if (this.#turnScheduled) this.#nextTurn(() => this.#takeTurn());
  }

  /** Something is done in every turn, however slow the machine. */
  #mayWork(share: number): boolean {
    if (this.#work === 0) return true;
    if (this.#work >= share * TURN_WORK) return false;
    return this.#clock.now() - this.#turnedAt < share * TURN_MS;
  }

  async #proceed(): Promise<void> {
    while (this.#mayWork(1)) {
      const next = this.#calls.take();
      if (next === undefined) return;
      this.#stepCall(next, STEP_WORK);
      if (next.job.done) await undefined;
    }
  }

  #stepCall(next: Waiting, budget: number): void {
    this.#work += this.#step(next, budget, this.#calls);
    if (next.job.done) this.#work += FINISH_WORK;
  }

  #proceedBehind(): void {
    while (this.#workBehind < BEHIND_WORK && this.#spentBehindMs < BEHIND_MS) {
      const next = this.#behind.take();
      if (next === undefined) return;
      const startedAt = this.#clock.now();
      this.#workBehind += this.#step(next, STEP_WORK, this.#behind);
      this.#spentBehindMs += this.#clock.now() - startedAt;
    }
  }

  /** Does some of a job's work, and returns how much. If there is more, it joins the line. */
  #step({ job, finish, fail }: Waiting, budget: number, line: WaitingLine<Waiting>): number {
    try {
      const work = Math.max(1, job.step(budget));
      if (job.done) finish();
      else line.join({ job, finish, fail });
      return work;
    } catch (error) {
      fail(error);
      return 1;
    }
  }
}
