import {
  type BucketSpec,
  type BucketState,
  drained,
  fullBucket,
  refill,
  takeAsHead,
  takeFromLevel,
  waitOfHead,
  waitOfOther,
} from './bucket.ts';
import { type Limit, MINUTE_MS, SECOND_MS, type Shape } from './limits.ts';
import { TrailingWindow } from './trailing-window.ts';

/** How far a network is expected to shift two calls against each other. */
const USUAL_SPREAD_MS = 50;

/**
 * The burst in milliseconds of the rate. A limit over more than a minute (a day's quota) is not
 * paced: whoever may send 200 calls a day wants to send the first ones at once.
 */
function burstMs(limit: Limit, shape: Shape): number {
  if (limit.windowMs > MINUTE_MS) return limit.windowMs;
  return Math.min(shape.burstSeconds * SECOND_MS, limit.windowMs);
}

function bucketSpec(limit: Limit, shape: Shape, headroom: number): BucketSpec {
  const perMs = ((1 - headroom) * limit.max) / limit.windowMs;
  const smallest = limit.dimension === 'requests' ? 1 : 0;
  return { perMs, capacity: Math.max(smallest, perMs * burstMs(limit, shape)), largest: limit.max };
}

/**
 * The guards that go with the bucket. `window`: (1 − headroom) · limit in any trailing window.
 * `slices` adds the limit's share of a second, less half the headroom, over a second and the
 * spread. (Less the whole headroom, it would slow the bucket down: calls never fill a second.)
 */
function guards(limit: Limit, shape: Shape, headroom: number): TrailingWindow[] {
  if (shape.enforcement === 'bucket') return [];
  const whole = new TrailingWindow((1 - headroom) * limit.max, limit.windowMs);
  const isSliced = shape.enforcement === 'slices' && limit.windowMs <= MINUTE_MS;
  if (!isSliced || limit.windowMs <= SECOND_MS) return [whole];
  const perSecond = (limit.max * SECOND_MS) / limit.windowMs;
  const spanMs = SECOND_MS + (shape.spreadMs ?? USUAL_SPREAD_MS);
  return [whole, new TrailingWindow(perSecond * (1 - headroom / 2), spanMs)];
}

/** One limit as it is kept: a bucket that paces, and the guards of its enforcement. */
export class Meter {
  readonly limit: Limit;
  readonly #spec: BucketSpec;
  readonly #guards: readonly TrailingWindow[];
  #bucket: BucketState;

  constructor(limit: Limit, shape: Shape, headroom: number, now: number) {
    this.limit = limit;
    this.#spec = bucketSpec(limit, shape, headroom);
    this.#guards = guards(limit, shape, headroom);
    this.#bucket = fullBucket(this.#spec, now);
  }

  /** How long until `cost` fits, at the head of the line. */
  waitOfHead(cost: number, now: number): number {
    if (cost === 0) return 0;
    this.#refill(now);
    return Math.max(waitOfHead(this.#spec, this.#bucket, cost), ...this.#guardWaits(cost, now));
  }

  /** How long until `cost` fits beside the head's savings. */
  waitOfOther(cost: number, now: number): number {
    if (cost === 0) return 0;
    this.#refill(now);
    return Math.max(waitOfOther(this.#spec, this.#bucket, cost), ...this.#guardWaits(cost, now));
  }

  /** How long the head, of cost `head`, would have to wait if `other` were taken now. */
  waitOfHeadAfter(other: number, head: number, now: number): number {
    this.#refill(now);
    const waits = this.#guards.map((guard) => guard.wait(head, now, other));
    return Math.max(waitOfHead(this.#spec, this.#bucket, head, other), ...waits);
  }

  /** Takes the head's cost, its savings first. */
  takeAsHead(cost: number, now: number): void {
    this.#refill(now);
    this.#bucket = takeAsHead(this.#spec, this.#bucket, cost);
    for (const guard of this.#guards) guard.add(cost, now);
  }

  /** Takes `cost` from the level and leaves the head's savings alone. */
  take(cost: number, now: number): void {
    this.#refill(now);
    this.#bucket = takeFromLevel(this.#spec, this.#bucket, cost);
    for (const guard of this.#guards) guard.add(cost, now);
  }

  /** Gives back `amount` of what was taken at `at`. */
  giveBack(amount: number, at: number, now: number): void {
    this.#refill(now);
    this.#bucket = takeFromLevel(this.#spec, this.#bucket, -amount);
    for (const guard of this.#guards) guard.remove(amount, at, now);
  }

  /** Empties the bucket: the server has said that it has no room. A debt stays. */
  drain(now: number): void {
    this.#refill(now);
    this.#bucket = drained(this.#bucket);
  }

  /** What calls may take now, the guards' room included; negative in debt. */
  level(now: number): number {
    this.#refill(now);
    return Math.min(
      this.#bucket.level,
      ...this.#guards.map((guard) => guard.max - guard.total(now)),
    );
  }

  #refill(now: number): void {
    this.#bucket = refill(this.#spec, this.#bucket, now);
  }

  #guardWaits(cost: number, now: number): number[] {
    return this.#guards.map((guard) => guard.wait(cost, now));
  }
}
