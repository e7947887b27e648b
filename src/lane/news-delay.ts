import { amount, type Cost, DIMENSIONS } from '../model/limits.ts';
import type { LaneCommand } from '../rules/commands.ts';
import type { LaneState } from '../rules/lane-state.ts';

/** What is no news for others is told after so long, or with what is. */
const NEWS_MS = 20;
const NO_NEWS_MS = 500;
/** What a call gives back shows in snapshots. */
const GIVEN_BACK_MS = 200;
/** So much of a limit is worth telling, though nobody here waits: others may, and can't be seen from here. */
const LARGE_SHARE = 0.02;
/** So long after a pause, and while limits are unknown, calls go as others are answered. */
const RECOVERING_MS = 60_000;
/** So long after calls had to wait, others may still. */
const CONTENDED_MS = 5000;

type KnownLimits = Pick<LaneState['limits'], 'meters'>;

/** How long what one process has to say of a shared lane may wait for more to go with it. */
export class NewsDelay {
  /** The latest epoch of a grant. */
  #epoch = 0;
  /** Until when others wait for each answer. */
  #recoversUntil: number;
  /** Until when it is likely that calls wait somewhere. */
  #contendedUntil = 0;

  constructor(isCold: boolean, now: number) {
    this.#recoversUntil = isCold ? now + RECOVERING_MS : 0;
  }

  /** A call of ours has to wait. */
  blocked(now: number): void {
    this.#contendedUntil = now + CONTENDED_MS;
  }

  /** A later epoch is that of a pause: calls wait for the answers to those that go first. */
  granted(epoch: number, now: number): void {
    if (epoch <= this.#epoch) return;
    this.#epoch = epoch;
    this.#recoversUntil = now + RECOVERING_MS;
  }

  /**
   * In milliseconds; 0: it goes at once. `slots`: the most calls that may be in flight; `limits`: as
   * far as they are known.
   */
  of(command: LaneCommand, slots: number, limits: KnownLimits, now: number): number {
    const { kind } = command;
    const isFeedback = kind === 'answered' || kind === 'observed' || kind === 'sent';
    if (kind !== 'ended' && !isFeedback) return 0;
    if (isFeedback) return now < this.#recoversUntil ? 0 : NO_NEWS_MS;
    // A slot is for whoever waits for it.
    if (slots < Number.POSITIVE_INFINITY) return 0;
    const { actual, call } = command;
    if (!isLess(actual, call.cost)) return NO_NEWS_MS;
    const isRoom = now < this.#contendedUntil || isLarge(actual, call.cost, limits);
    return isRoom ? NEWS_MS : GIVEN_BACK_MS;
  }
}

function isLess(actual: Cost, taken: Cost): boolean {
  return DIMENSIONS.some((dimension) => amount(actual, dimension) < amount(taken, dimension));
}

function isLarge(actual: Cost, taken: Cost, { meters }: KnownLimits): boolean {
  return meters.some(({ limit: { dimension, max } }) => {
    return amount(taken, dimension) - amount(actual, dimension) >= LARGE_SHARE * max;
  });
}
