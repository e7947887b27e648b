import type { Used } from '../model/grant.ts';
import type { Tuning } from '../model/learned.ts';
import { MINUTE_MS } from '../model/limits.ts';
import type { BucketSpec, MeterSpec } from '../model/meter-spec.ts';
import {
  type BucketState,
  drained,
  fitted,
  fullBucket,
  refill,
  resized,
  takeAsHead,
  takeFromLevel,
  waitOfHead,
  waitOfOther,
} from './bucket.ts';
import { BusySpell } from './busy-spell.ts';
import { FixedWindow } from './fixed-window.ts';
import { type MeteredLimit, type MeterOptions, Pacing } from './pacing.ts';
import { type Reading, ServerView } from './server-view.ts';
import { type Window, windowOf } from './window.ts';
import { WindowShare } from './window-share.ts';

export type { MeteredLimit, MeterOptions } from './pacing.ts';

/**
 * One limit as it is kept: a bucket that paces, the guards of its enforcement, and, once a
 * response has shown it, what the server has left.
 *
 * Longer than most files: each of its questions is put to all three, and each of its changes is
 * made in all three.
 */
export class Meter {
  readonly #pacing: Pacing;
  /** What all had left together, when that was last known, and what was used of a window here. */
  #aligned: { readonly level: number; readonly at: number; readonly own: number } | undefined;
  /** When the share became another one, how much was missing then, and what was taken since. */
  #mark = { at: 0, deficit: 0, taken: 0 };
  #spec: BucketSpec;
  #guards: readonly Window[] = [];
  #bucket: BucketState;
  #view: ServerView | undefined;
  /** The share of the limit that a response has last shown to be left. */
  #shown = 0;
  /** What a smaller limit has not made a debt. */
  #spared = { amount: 0, at: 0 };
  /** The limit less its headroom, where that was given anew. */
  #given: number | undefined;
  readonly #window = new WindowShare();
  readonly #busy = new BusySpell();

  constructor(limit: MeteredLimit, options: MeterOptions, now: number) {
    this.#pacing = new Pacing(limit, options);
    this.#spec = this.#adoptPace();
    this.#bucket = fullBucket(this.#spec, now);
  }

  /** Another one in the same state. */
  copy(): Meter {
    const copy = new Meter(this.limit, this.#pacing.options, this.#bucket.at);
    copy.#pacing.copyFrom(this.#pacing);
    copy.#spec = this.#spec;
    copy.#guards = this.#guards.map((guard) => guard.copy());
    copy.#bucket = this.#bucket;
    copy.#view = this.#view?.copy();
    copy.#shown = this.#shown;
    copy.#given = this.#given;
    return copy;
  }

  /** What calls have used, as plain numbers; nothing of what responses have shown. */
  get numbers(): readonly number[] {
    const { level, savings, at } = this.#bucket;
    const { amount, at: sparedAt } = this.#spared;
    return [level, savings, at, amount, sparedAt, ...this.#guards.flatMap((each) => each.numbers)];
  }

  /** Goes on from `numbers` of one of the same limit and shape, which `next` gives one by one. */
  restore(next: () => number): void {
    this.#bucket = { level: next(), savings: next(), at: next() };
    this.#spared = { amount: next(), at: next() };
    for (const guard of this.#guards) guard.restore(next);
  }

  get limit(): MeteredLimit {
    return this.#pacing.limit;
  }

  /** The limit in the numbers that a store needs to keep it. */
  get spec(): MeterSpec {
    const { dimension, max, windowMs } = this.limit;
    const { correction } = this.#pacing.options;
    const guards = this.#guards.map((guard) => ({
      max: guard.max,
      spanMs: guard.spanMs,
      isFixed: guard instanceof FixedWindow,
    }));
    const id = `${dimension}/${windowMs}`;
    const common = { id, dimension, max, windowMs, correction, guards };
    return { ...common, headroom: this.#pacing.kept, bucket: this.#spec, given: this.#given };
  }

  /**
   * Goes on with a part of the limit: others, that can't be asked now, may use the rest. Of what all
   * have left it is a part as well; where only what was taken here is known, that stays taken.
   */
  share(share: number, now: number): void {
    this.#refill(now);
    const { capacity } = this.#spec;
    const { level, savings } = this.#bucket;
    const ratio = Math.min(1, share / this.#pacing.share);
    if (ratio < 1) this.#shareWindows(ratio, now);
    this.#pacing.share = share;
    this.#spec = this.#adoptPace();
    const ofAll = Math.max(0, level) * (1 - ratio);
    const less = this.#aligned !== undefined ? ofAll : capacity - this.#spec.capacity;
    const kept = { ...this.#bucket, level: level - less, savings: savings * ratio };
    this.#bucket = fitted(this.#spec, kept);
    this.#mark = { at: now, deficit: this.#deficit, taken: 0 };
  }

  /**
   * Of what all have used of a window, each has the same part: some used less than that, and others
   * more, at about the same times. (Of several windows, it isn't known which is how full.)
   */
  #shareWindows(ratio: number, now: number): void {
    const [guard, ...more] = this.#guards;
    if (this.#aligned === undefined || guard === undefined || more.length > 0) return;
    const { level, at, own } = this.#aligned;
    const part = ratio * (guard.max - level);
    if (guard instanceof FixedWindow) guard.align(ratio * guard.total(now), now);
    else if (own > 0) guard.scale(Math.max(1, part / own), now);
    else if (at + guard.spanMs > now) guard.add(part, at);
  }

  /** What has been taken since the share became another one. */
  usedSinceShared(now: number): Used {
    this.#refill(now);
    const { at, deficit, taken } = this.#mark;
    const before = Math.max(0, deficit - this.#spec.perMs * (now - at));
    // What has left the windows again is nobody's concern.
    const inWindows = this.#guards.map((guard) => guard.total(now));
    const most = inWindows.length === 0 ? taken : Math.min(taken, Math.max(...inWindows));
    return { level: Math.max(0, this.#deficit - before), total: Math.max(0, most) };
  }

  /** So much is left, as others know who use the limit as well. */
  align(level: number, now: number): void {
    this.#aligned = { level, at: now, own: this.#guards[0]?.total(now) ?? 0 };
    this.#refill(now);
    const { capacity } = this.#spec;
    const savings = level < capacity ? 0 : this.#bucket.savings;
    this.#bucket = { ...this.#bucket, level: Math.min(level, capacity), savings };
    for (const guard of this.#guards) {
      if (guard instanceof FixedWindow) guard.align(guard.max - level, now);
    }
  }

  /** So much has been let through elsewhere: the server counts it like our own. */
  takeElsewhere(cost: number, now: number): void {
    this.#view?.take(cost, now);
    this.#window.take(cost, now);
  }

  /** It holds the head of the line up. */
  holds(now: number, waitMs: number): void {
    this.#busy.mark(now, waitMs);
  }

  /** For how long it has been holding the head of the line up, whichever that was. */
  busyMs(now: number): number {
    return this.#busy.lasting(now);
  }

  /** What it lets through in a minute, in the long run. */
  get perMinute(): number {
    return this.#spec.perMs * MINUTE_MS;
  }

  /**
   * The share of the limit that others on the same account use, as far as responses tell: in a
   * bucket by what flows in, in a window by what it counts.
   */
  othersShare(now: number): number {
    const { enforcement } = this.#pacing.options.shape;
    const flowing = enforcement === 'bucket' ? this.#flowingShare : Number.POSITIVE_INFINITY;
    return Math.min(flowing, this.countedShare(now) ?? this.#flowingShare);
  }

  /** The share that others were counted to use, where a window may be what counts. */
  countedShare(now: number): number | undefined {
    if (this.#pacing.mayBeBucket && !this.#window.fits(now)) return undefined;
    return this.limit.windowMs === MINUTE_MS ? this.#window.share(now) : 0;
  }

  /** Goes on with another limit. What has been used stays used; a higher limit is no burst. */
  resize(limit: MeteredLimit, now: number): void {
    this.#pacing.limit = limit;
    this.#repace(now);
  }

  /**
   * Goes on with a limit and a headroom that are given anew. What has been used stays used, and
   * what they allow beyond that may be used at once.
   */
  configure(limit: MeteredLimit, headroom: MeterOptions['headroom'], now: number): void {
    this.#refill(now);
    const before = this.#spec;
    this.#pacing.limit = limit;
    this.#pacing.options = { ...this.#pacing.options, headroom };
    this.#given = (1 - this.#pacing.kept) * limit.max;
    this.#view?.keep(this.#pacing.kept);
    this.#spec = this.#adoptPace();
    const { state, spared } = resized(before, this.#spec, this.#bucket, this.#sparedAt(now));
    this.#bucket = state;
    this.#spared = { amount: spared, at: now };
  }

  /** Goes on with more or less caution. */
  tune(tuning: Tuning, now: number): void {
    this.#pacing.tune(tuning);
    this.#repace(now);
  }

  /** Takes note of what a response says that the server has left. */
  observe(reading: Reading, now: number): void {
    this.#shown = reading.remaining / reading.limit;
    this.#window.observe(reading, now);
    if (this.#view !== undefined) {
      this.#view.observe(reading, now);
      const counted = reading.counted ?? this.countedShare(now);
      if (counted !== undefined) this.#view.limitOthers(counted);
      if (this.#pacing.leaveTo(counted ?? this.#flowingShare)) this.#repace(now);
      return;
    }
    this.#view = new ServerView(reading, this.limit.windowMs, this.#pacing.kept, now);
    this.#pacing.isSeen = true;
    this.#repace(now);
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

  /** How long the last of several calls that cost `cost` together would wait; a prediction. */
  predict(cost: number, now: number): number {
    if (cost === 0) return 0;
    this.#refill(now);
    const wait = waitOfHead(this.#spec, this.#bucket, 0, cost);
    const waits = this.#guards.map((guard) => guard.wait(Math.min(cost, guard.max), now));
    return Math.max(wait, this.#view?.wait(cost, now) ?? 0, ...waits);
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
    const { correction } = this.#pacing.options;
    const isDone = more > 0 ? correction !== 'never' : correction === 'settled';
    if (this.#view !== undefined && !isDone) return;
    this.#refill(now);
    this.#mark.taken += more;
    this.#bucket = takeFromLevel(this.#spec, this.#bucket, more);
    for (const guard of this.#guards) {
      if (more > 0) guard.add(more, now);
      else guard.remove(-more, at, now);
    }
  }

  /** Empties the bucket: the server has said that it has no room. A debt stays. */
  drain(now: number): void {
    this.#pacing.refused(this.#shown);
    this.#pacing.proven.forget();
    this.#refill(now);
    this.#bucket = drained(this.#bucket);
  }

  /** What calls may take now, the guards' and the server's room included; negative in debt. */
  level(now: number): number {
    this.#refill(now);
    const rooms = this.#guards.map((guard) => guard.max - guard.total(now));
    return Math.min(this.#bucket.level, this.#view?.level(now) ?? Infinity, ...rooms);
  }

  /**
   * What is left of the limit itself, whatever its burst and headroom: what the server is believed
   * to have, where responses show that; else what was not used here.
   */
  remaining(now: number): number {
    const { max } = this.limit;
    return this.#view?.remaining(now) ?? Math.max(0, max - this.used(now));
  }

  /** What has been taken and has not come back. */
  used(now: number): number {
    this.#refill(now);
    const totals = this.#guards.map((guard) => guard.total(now));
    return Math.max(0, this.#spec.capacity - this.#bucket.level, ...totals);
  }

  /** How long until everything that was taken has come back. */
  resetMs(now: number): number {
    this.#refill(now);
    const missing = this.#spec.capacity - this.#bucket.level;
    const waits = this.#guards.map((guard) => guard.wait(guard.max, now));
    return Math.max(0, missing / this.#spec.perMs, ...waits);
  }

  /** Whether everything that was taken has come back. */
  isFull(now: number): boolean {
    this.#refill(now);
    const { level } = this.#bucket;
    return level >= this.#spec.capacity && this.#guards.every((guard) => guard.total(now) === 0);
  }

  /** How long `cost` takes at the rate of the limit, in milliseconds. */
  timeOf(cost: number): number {
    return cost / this.#spec.perMs;
  }

  /** The share that others use of what flows in. */
  get #flowingShare(): number {
    return this.#view?.othersShare ?? 0;
  }

  get #deficit(): number {
    return Math.max(0, this.#spec.capacity - this.#bucket.level);
  }

  #repace(now: number): void {
    this.#refill(now);
    this.#spec = this.#adoptPace();
    this.#bucket = fitted(this.#spec, this.#bucket);
  }

  /** Makes the guards those of the present pace, with the history that they have. */
  #adoptPace(): BucketSpec {
    const { bucket, guards } = this.#pacing.pace;
    this.#guards = guards.map((guard) => windowOf(guard, this.#guards));
    return bucket;
  }

  /** It counts for as long as the limit's window. */
  #sparedAt(now: number): number {
    const { amount, at } = this.#spared;
    return amount * Math.max(0, 1 - (now - at) / this.limit.windowMs);
  }

  #refill(now: number): void {
    this.#bucket = refill(this.#spec, this.#bucket, now);
    if (this.#pacing.prove(now)) this.#repace(now);
  }

  #enter(cost: number, now: number): void {
    this.#mark.taken += cost;
    this.#pacing.proven.take(cost, now);
    if (this.#pacing.goes(cost)) this.#repace(now);
    for (const guard of this.#guards) guard.add(cost, now);
    this.#view?.take(cost, now);
    this.#window.take(cost, now);
  }

  #otherWaits(cost: number, now: number): number[] {
    const waits = this.#guards.map((guard) => guard.wait(cost, now));
    return [...waits, this.#view?.wait(cost, now) ?? 0];
  }
}
