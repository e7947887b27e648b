import { wholeMs } from '../duration.ts';
import type { LaneRef } from '../events.ts';
import type { GuardedEmitter } from '../guarded-emitter.ts';
import type { LaneState } from '../rules/lane-state.ts';
import { limitsOf } from '../rules/limits/limit-set.ts';
import type { Pause } from '../rules/pause.ts';
import { pauseOf } from '../rules/recovery-state.ts';

/** How far two readings of the same pause differ, where two clocks are compared. */
const SAME_MS = 50;

/** Tells what has changed in a lane, whoever has changed it: its pauses, and its limits. */
export class LaneWatch {
  readonly #ref: LaneRef;
  readonly #emitter: GuardedEmitter;
  /** The pause that was told last, and whether it is over. */
  #pause: Pause | undefined;
  #reports = 0;

  constructor(ref: LaneRef, emitter: GuardedEmitter) {
    this.#ref = ref;
    this.#emitter = emitter;
  }

  /**
   * Emits what is new; returns how long a pause was that has just ended, if one has. `aheadMs`: by how much the
   * lane's clock is ahead of this process's.
   */
  notice(state: LaneState, aheadMs: number): number | undefined {
    const pause = pauseOf(state.recovery);
    const ended = this.#noticePause(pause && earlier(pause, aheadMs), state.at - aheadMs);
    if (state.report.count > this.#reports) this.#tellLimits(state);
    return ended;
  }

  #noticePause(pause: Pause | undefined, now: number): number | undefined {
    const before = this.#pause;
    if (isSame(before, pause)) return undefined;
    this.#pause = pause;
    const pausedMs = before && wholeMs(Math.min(before.until, now) - before.since);
    if (before !== undefined && pausedMs !== undefined) {
      this.#emitter.emit('resumed', { ...this.#ref, ...toldOf(before), pausedMs });
    }
    if (pause !== undefined) this.#emitter.emit('paused', { ...this.#ref, ...toldOf(pause) });
    return pausedMs;
  }

  #tellLimits({ report, limits, learning }: LaneState): void {
    this.#reports = report.count;
    const { lowered, othersShare } = report;
    const concurrency = learning.concurrency.limit;
    const news = { limits: [...limitsOf(limits)], lowered, othersShare, concurrency };
    this.#emitter.emit('limits', { ...this.#ref, ...news });
  }
}

/** By this process's clock, which the lane's is ahead of. */
function earlier(pause: Pause, aheadMs: number): Pause {
  return { ...pause, since: pause.since - aheadMs, until: pause.until - aheadMs };
}

function isSame(one: Pause | undefined, other: Pause | undefined): boolean {
  const isNear = (a = 0, b = 0): boolean => Math.abs(a - b) < SAME_MS;
  if (one === undefined || other === undefined) return one === other;
  return isNear(one.since, other.since) && isNear(one.until, other.until);
}

function toldOf(pause: Pause): Pick<Pause, 'cause'> & { retryAfterMs: number; until: number } {
  const { cause, until } = pause;
  return { cause, retryAfterMs: retryAfterMs(pause), until: Math.ceil(until) };
}

function retryAfterMs({ since, until }: Pause): number {
  return wholeMs(until - since);
}
