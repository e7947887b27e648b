import type { Cost, Dimension, Limit } from '../model/limits.ts';
import { levels, type MeterLevel } from '../rules/limits/limit-levels.ts';
import { type LimitSet, shareLimits } from '../rules/limits/limit-set.ts';
import { capEstimates, predict, take } from '../rules/limits/limit-waits.ts';
import { meterLevel, resetMs } from '../rules/limits/meter-room.ts';
import {
  adoptTerms,
  isUnused,
  newOwnLimits,
  type OwnLimits,
  settleOwn,
} from '../rules/own-limits.ts';
import { NO_TERMS, type Terms } from './terms.ts';

/** When a caller's own limits have room, and which of them is the last to have it. */
export interface OwnForecast {
  readonly waitMs: number;
  readonly reason: Dimension | 'concurrency';
}

/** What waiting for one of the caller's own calls to end is taken for: nobody knows. */
export const SLOT_MS = 1000;

/** A limit of a caller's tier, and how much of it is left. */
export interface Allowance extends Limit {
  /** How much may be used now, rounded down. */
  readonly remaining: number;
  /**
   * When the limit is full again if nothing more is used, in whole milliseconds since the epoch. (In
   * `RateLimitExceeded`, `resetAt` is the time when that call could go.)
   */
  readonly resetAt: number;
}

/**
 * Somebody whose calls are counted together, in all lanes: a key, with the limits of its tier. Its
 * limits are a value (`own`), which the rules take from as its calls go.
 */
export class Caller {
  readonly key: string | undefined;
  /** Its own among all callers; empty for those of whom nothing is known. */
  readonly id: string;
  own: OwnLimits;
  /** What stands for its id in a store. */
  digest: string | undefined;
  #terms: Terms = NO_TERMS;
  /** Queues in which its calls wait, and what they do when there is room: in turn. */
  readonly #waiting = new Map<object, () => void>();

  constructor(key: string | undefined, id: string = key === undefined ? '' : `key ${key}`) {
    this.key = key;
    this.id = id;
    this.own = newOwnLimits(0);
  }

  get terms(): Terms {
    return this.#terms;
  }

  get weight(): number {
    return this.#terms.weight;
  }

  /** Goes on with other limits. What has been used stays used. */
  adopt(terms: Terms, now: number): void {
    if (terms === this.#terms) return;
    this.#terms = terms;
    adoptTerms(this.own, terms, now);
    this.#tell();
  }

  /** Goes on from what is known of it, with limits that are known already. */
  restore(terms: Terms, own: OwnLimits): void {
    this.#terms = terms;
    this.own = own;
  }

  /** Goes on with a part of each limit: other processes may use the rest. */
  share(share: number, now: number): void {
    shareLimits(this.own.limits, share, now);
    this.own.concurrency = Math.max(1, Math.floor(this.#terms.concurrency * share));
    this.#tell();
  }

  /** The cost of a call in the dimensions of its limits; what is merely expected of it capped. */
  capped(cost: Cost, expects: readonly Dimension[]): Cost {
    return capEstimates(this.own.limits, cost, expects);
  }

  /** When the last of several calls that cost `cost` together may go, as far as can be told. */
  forecast(cost: Cost, now: number): OwnForecast {
    const { limits, inFlight, concurrency } = this.own;
    const { waitMs, dimension } = predict(limits, cost, now);
    const isFull = inFlight >= concurrency;
    if (isFull && waitMs < SLOT_MS) return { waitMs: SLOT_MS, reason: 'concurrency' };
    return { waitMs, reason: dimension };
  }

  /** The limits with what is left of each. */
  levels(now: number): MeterLevel[] {
    return levels(this.own.limits, now);
  }

  /** What may still be used of each limit. */
  allowance(now: number): Allowance[] {
    return allowanceOf(this.own.limits, now);
  }

  /** A call of that queue has gone; the queues behind it have their turn now. */
  went(queue: object): void {
    const onRoom = this.#waiting.get(queue);
    if (onRoom === undefined) return;
    this.#waiting.delete(queue);
    this.#waiting.set(queue, onRoom);
  }

  /** A call has ended: `actual` replaces what was taken at `at`. */
  ended(taken: Cost, actual: Cost, at: number, now: number): void {
    settleOwn(this.own, taken, actual, at, now);
    this.#tell();
  }

  /** Counts what it has used without this limiter. */
  recorded(cost: Cost, now: number): void {
    take(this.own.limits, cost, now);
    this.#tell();
  }

  /** Calls `onRoom` when its limits may have more room; until `unlisten` it isn't forgotten. */
  listen(queue: object, onRoom: () => void): void {
    if (!this.#waiting.has(queue)) this.#waiting.set(queue, onRoom);
  }

  unlisten(queue: object): void {
    this.#waiting.delete(queue);
  }

  /** Whether no other queue has to be tried before that one. */
  isNextIn(queue: object): boolean {
    const [first] = this.#waiting.keys();
    return first === undefined || first === queue;
  }

  /** Whether calls of it wait. */
  get isWaiting(): boolean {
    return this.#waiting.size > 0;
  }

  /** Whether nothing is to be remembered: what is in flight, waits or has not come back. */
  isIdle(now: number): boolean {
    return !this.isWaiting && isUnused(this.own, now);
  }

  #tell(): void {
    for (const onRoom of this.#waiting.values()) onRoom();
  }
}

/** What is left of each limit at `now`. */
export function allowanceOf(limits: LimitSet, now: number): Allowance[] {
  return limits.meters.map((meter) => {
    const { dimension, max, windowMs } = meter.limit;
    const remaining = Math.max(0, Math.floor(meterLevel(meter, limits, now)));
    const resetAt = Math.ceil(now + resetMs(meter, limits, now));
    return { dimension, max, windowMs, remaining, resetAt };
  });
}
