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
import {
  type Correction,
  type Limit,
  type LimitSource,
  MINUTE_MS,
  SECOND_MS,
  type Shape,
} from './limits.ts';
import { type Reading, ServerView } from './server-view.ts';
import { TrailingWindow } from './trailing-window.ts';

/** How far a network is expected to shift two calls against each other. */
const USUAL_SPREAD_MS = 50;
const CAUTIOUS_BURST_SECONDS = 8;

/**
 * The burst in milliseconds of the rate. A limit over more than a minute (a day's quota) is not
 * paced: whoever may send 200 calls a day wants to send the first ones at once.
 */
function burstMs(limit: Limit, shape: Shape): number {
  if (limit.windowMs > MINUTE_MS) return limit.windowMs;
  return Math.min(shape.burstSeconds * SECOND_MS, limit.windowMs);
}

/** Nobody has vouched for limits that weren't given: their burst passes a bucket of ten seconds. */
function cautious(shape: Shape): Shape {
  return { ...shape, burstSeconds: Math.min(shape.burstSeconds, CAUTIOUS_BURST_SECONDS) };
}

function bucketSpec(limit: MeteredLimit, given: Shape, headroom: number): BucketSpec {
  const shape = limit.source === 'given' ? given : cautious(given);
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

/** How a limit is kept. */
export interface MeterOptions {
  readonly shape: Shape;
  readonly headroom: number;
  readonly correction: Correction;
}

/** A limit, and where it comes from. */
export interface MeteredLimit extends Limit {
  readonly source: LimitSource;
}

/**
 * One limit as it is kept: a bucket that paces, the guards of its enforcement, and, once a
 * response has shown it, what the server has left.
 */
export class Meter {
  readonly #shape: Shape;
  readonly #headroom: number;
  readonly #correction: Correction;
  #limit: MeteredLimit;
  #spec: BucketSpec;
  #guards: readonly TrailingWindow[];
  #bucket: BucketState;
  #view: ServerView | undefined;

  constructor(limit: MeteredLimit, { shape, headroom, correction }: MeterOptions, now: number) {
    this.#correction = correction;
    this.#shape = shape;
    this.#headroom = headroom;
    this.#limit = limit;
    this.#spec = bucketSpec(limit, shape, headroom);
    this.#guards = guards(limit, shape, headroom);
    this.#bucket = fullBucket(this.#spec, now);
  }

  get limit(): MeteredLimit {
    return this.#limit;
  }

  /**
   * The share of the limit that others on the same account use, as far as responses tell. Of a
   * bucket only: what a window doesn't give back before it ends looks the same.
   */
  get othersShare(): number {
    return this.#shape.enforcement === 'bucket' ? (this.#view?.othersShare ?? 0) : 0;
  }

  /** Goes on with another limit. What has been used stays used; a higher limit is no burst. */
  resize(limit: MeteredLimit, now: number): void {
    this.#refill(now);
    this.#limit = limit;
    this.#spec = bucketSpec(limit, this.#shape, this.#headroom);
    this.#guards = this.#guards.map((guard, index) => guard.resized(this.#newGuards[index]!.max));
    const level = Math.min(this.#bucket.level, this.#spec.capacity);
    this.#bucket = { ...this.#bucket, level, savings: 0 };
  }

  /** Takes note of what a response says that the server has left. */
  observe(reading: Reading, now: number): void {
    this.#refill(now);
    if (this.#view !== undefined) {
      this.#view.observe(reading, now);
      return;
    }
    this.#view = new ServerView(reading, this.#limit.windowMs, this.#headroom, now);
    const level = Math.min(this.#bucket.level, this.#view.level(now));
    this.#bucket = { ...this.#bucket, level };
  }

  /** How long until `cost` fits, at the head of the line. */
  waitOfHead(cost: number, now: number): number {
    if (cost === 0) return 0;
    this.#refill(now);
    const wait = waitOfHead(this.#spec, this.#bucket, cost);
    return Math.max(wait, ...this.#otherWaits(cost, now));
  }

  /** How long until `cost` fits beside the head's savings. */
  waitOfOther(cost: number, now: number): number {
    if (cost === 0) return 0;
    this.#refill(now);
    const wait = waitOfOther(this.#spec, this.#bucket, cost);
    return Math.max(wait, ...this.#otherWaits(cost, now));
  }

  /** How long the head, of cost `head`, would have to wait if `other` were taken now. */
  waitOfHeadAfter(other: number, head: number, now: number): number {
    this.#refill(now);
    const wait = waitOfHead(this.#spec, this.#bucket, head, other);
    const waits = this.#guards.map((guard) => guard.wait(head, now, other));
    return Math.max(wait, this.#view?.wait(head + other, now) ?? 0, ...waits);
  }

  /** Takes the head's cost, its savings first. */
  takeAsHead(cost: number, now: number): void {
    this.#refill(now);
    this.#bucket = takeAsHead(this.#spec, this.#bucket, cost);
    this.#enter(cost, now);
  }

  /** Takes `cost` from the level and leaves the head's savings alone. */
  take(cost: number, now: number): void {
    this.#refill(now);
    this.#bucket = takeFromLevel(this.#spec, this.#bucket, cost);
    this.#enter(cost, now);
  }

  /**
   * A call has used more than was taken: a debt; less (`more` is negative): that is given back, as
   * of `at`. Once responses show what the server has left, they tell which of it the server does:
   * then only what it is known to do is done here too.
   */
  settle(more: number, at: number, now: number): void {
    const isDone = more > 0 ? this.#correction !== 'never' : this.#correction === 'settled';
    if (this.#view !== undefined && !isDone) return;
    this.#refill(now);
    this.#bucket = takeFromLevel(this.#spec, this.#bucket, more);
    for (const guard of this.#guards) {
      if (more > 0) guard.add(more, now);
      else guard.remove(-more, at, now);
    }
  }

  /** Empties the bucket: the server has said that it has no room. A debt stays. */
  drain(now: number): void {
    this.#refill(now);
    this.#bucket = drained(this.#bucket);
  }

  /** What calls may take now, the guards' and the server's room included; negative in debt. */
  level(now: number): number {
    this.#refill(now);
    const rooms = this.#guards.map((guard) => guard.max - guard.total(now));
    return Math.min(this.#bucket.level, this.#view?.level(now) ?? Infinity, ...rooms);
  }

  get #newGuards(): TrailingWindow[] {
    return guards(this.#limit, this.#shape, this.#headroom);
  }

  #refill(now: number): void {
    this.#bucket = refill(this.#spec, this.#bucket, now);
  }

  #enter(cost: number, now: number): void {
    for (const guard of this.#guards) guard.add(cost, now);
    this.#view?.take(cost, now);
  }

  #otherWaits(cost: number, now: number): number[] {
    const waits = this.#guards.map((guard) => guard.wait(cost, now));
    return [...waits, this.#view?.wait(cost, now) ?? 0];
  }
}
