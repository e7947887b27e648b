import type { Used } from '../model/grant.ts';
import { NO_CAUTION, type Tuning } from '../model/learned.ts';
import {
  amount,
  type Cost,
  type Dimension,
  isUpstream,
  type Limit,
  MINUTE_MS,
  plus,
  type Subject,
} from '../model/limits.ts';
import type { MeterSpec } from '../model/meter-spec.ts';
import type { Sighting } from '../model/observed-limit.ts';
import type { Meter, MeteredLimit, MeterOptions } from './meter.ts';

/** How long a cost must wait, and the dimension that makes it. */
export interface Wait {
  readonly waitMs: number;
  readonly dimension: Dimension;
}

interface MeterWait extends Wait {
  readonly meter?: Meter;
}

/** The call at the head of the line, and the time by which it must be able to go. */
export interface Head {
  readonly cost: Cost;
  readonly by: number;
}

/** Ten calls at once must fit a limit, as far as their costs are guesses. */
const EXPECTED_SHARE = 0.1;

const NO_WAIT: Wait = { waitMs: 0, dimension: 'requests' };

/**
 * All the limits of one lane, taken all or none. Numbers in, numbers out: a gate never sleeps, so
 * that what it does could as well be done in another process.
 *
 * Longer than most files: whatever is asked of a lane's limits is asked here, in a few lines each.
 */
export class Gate {
  readonly #meterOf: (limit: MeteredLimit) => Meter;
  #meters: readonly Meter[];
  #tuning = NO_CAUTION;
  #revision = 0;
  #share = 1;
  /** Whether `taken` is what all who use the limits have taken. */
  #isFollowing = false;
  /** All that was ever let through. */
  #taken: Cost = {};

  constructor(limits: readonly MeteredLimit[], meterOf: (limit: MeteredLimit) => Meter) {
    this.#meterOf = meterOf;
    this.#meters = limits.map(meterOf);
  }

  /** Another one in the same state. */
  copy(): Gate {
    const copy = new Gate([], this.#meterOf);
    copy.#meters = this.#meters.map((meter) => meter.copy());
    copy.#tuning = this.#tuning;
    return copy;
  }

  get limits(): readonly MeteredLimit[] {
    return this.#meters.map((meter) => meter.limit);
  }

  get tuning(): Tuning {
    return this.#tuning;
  }

  /** Another number whenever limits or caution are others. */
  get revision(): number {
    return this.#revision;
  }

  /** The limits in the numbers that a store needs to keep them. */
  get specs(): readonly MeterSpec[] {
    return this.#meters.map((meter) => meter.spec);
  }

  /** Goes on with a part of each limit: others, that can't be asked now, may use the rest. */
  share(share: number, now: number): void {
    this.#share = share;
    for (const meter of this.#meters) meter.share(share, now);
  }

  /** By id, what has been taken of each limit since only a part of it was to be used. */
  usedSinceShared(now: number): Readonly<Record<string, Used>> {
    const used = this.#meters.map((meter) => [meter.spec.id, meter.usedSinceShared(now)] as const);
    return Object.fromEntries(used);
  }

  /** Takes over what has been let through until now, here and elsewhere. */
  follow(taken: Cost, now: number): void {
    for (const meter of this.#meters) {
      const { dimension } = meter.limit;
      const elsewhere = amount(taken, dimension) - amount(this.#taken, dimension);
      if (this.#isFollowing && elsewhere > 0) meter.takeElsewhere(elsewhere, now);
    }
    this.#isFollowing = true;
    this.#taken = taken;
  }

  /** Takes over, by id, what is left of limits that others use as well. */
  align(levels: Readonly<Record<string, number>>, now: number): void {
    for (const meter of this.#meters) {
      const level = levels[meter.spec.id];
      if (level !== undefined) meter.align(level, now);
    }
  }

  /** All that has been let through until now: to tell, later, what came after. */
  get taken(): Cost {
    return this.#taken;
  }

  /**
   * `cost`, with what is merely expected of it lowered to a small part of each limit; and to a
   * limit that is itself unsure, which refuses nothing.
   */
  tempered(cost: Cost, expected: readonly Dimension[]): Cost {
    const lowered: Partial<Record<Dimension, number>> = { ...cost };
    for (const { limit } of this.#meters) {
      const { dimension, max } = limit;
      const isGuessed = expected.includes(dimension);
      if (!isGuessed && isSure(limit)) continue;
      const most = isGuessed ? EXPECTED_SHARE * max : max;
      lowered[dimension] = Math.min(amount(lowered, dimension), most);
    }
    return lowered;
  }

  /** The limit that `cost` alone exceeds, if there is one: such a call can never pass. */
  tooSmallFor(cost: Cost): Limit | undefined {
    const limits = this.#meters.map(({ limit }) => limit).filter(isSure);
    return limits.find(({ dimension, max }) => amount(cost, dimension) > max);
  }

  /** Goes on with these limits. What has been used of a limit stays used. */
  adopt(limits: readonly MeteredLimit[], now: number): void {
    this.#revision++;
    this.#meters = limits.map((limit) => {
      const meter = this.#meters.find((each) => isSameLimit(each.limit, limit));
      meter?.resize(limit, now);
      return meter ?? this.#tuned(limit, now);
    });
  }

  /** The same for limits and a headroom that are given anew: what they add may be used at once. */
  configure(
    limits: readonly MeteredLimit[],
    headroom: MeterOptions['headroom'],
    now: number,
  ): void {
    this.#revision++;
    this.#meters = limits.map((limit) => {
      const meter = this.#meters.find((each) => isSameLimit(each.limit, limit));
      meter?.configure(limit, headroom, now);
      return meter ?? this.#tuned(limit, now);
    });
  }

  /** Goes on with more or less caution. */
  tune(tuning: Tuning, now: number): void {
    this.#revision++;
    this.#tuning = tuning;
    for (const meter of this.#meters) meter.tune(tuning, now);
  }

  /** Takes note of what a response says is left. `takenThen`: of its call, with itself. */
  observe(sightings: readonly Sighting[], sentAt: number, takenThen: Cost, now: number): void {
    for (const { remaining, max, counted, ...limit } of sightings) {
      if (remaining === undefined) continue;
      const { dimension } = limit;
      const takenSince = amount(this.#taken, dimension) - amount(takenThen, dimension);
      const meter = this.#meters.find((each) => isSameLimit(each.limit, limit));
      meter?.observe({ limit: max, remaining, sentAt, takenSince, counted }, now);
    }
  }

  /** The greatest share of a limit that others on the same account use. */
  othersShare(now: number): number {
    return Math.max(0, ...this.#meters.map((meter) => meter.othersShare(now)));
  }

  /** Takes `cost` for the head of the line, where it fits. */
  takeAsHead(cost: Cost, now: number): Wait {
    const wait = this.#longest((meter, part) => meter.waitOfHead(part, now), cost);
    if (wait.waitMs === 0) this.#take(cost, (meter, part) => meter.takeAsHead(part, now));
    else wait.meter?.holds(now, wait.waitMs);
    return wait;
  }

  /**
   * Takes `cost` for a call behind `head`, where it fits and the head can still go by its time.
   * An infinite wait: not before the head has gone.
   */
  takeBehind(cost: Cost, head: Head, now: number): Wait {
    const wait = this.#longest((meter, part) => meter.waitOfOther(part, now), cost);
    const headWait = this.#longest(
      (meter, part) => meter.waitOfHeadAfter(part, amount(head.cost, meter.limit.dimension), now),
      cost,
    );
    if (now + headWait.waitMs > head.by) return { ...headWait, waitMs: Number.POSITIVE_INFINITY };
    if (wait.waitMs === 0) this.take(cost, now);
    return wait;
  }

  /** Takes `cost` whether it fits or not: the probe after a pause goes into debt. */
  take(cost: Cost, now: number): void {
    this.#take(cost, (meter, part) => meter.take(part, now));
  }

  /** How long the last of several calls that cost `cost` together would wait. Takes nothing. */
  predict(cost: Cost, now: number): Wait {
    return this.#longest((meter, part) => meter.predict(part, now), cost);
  }

  /** How long a single call would wait. Takes nothing. */
  wait(cost: Cost, now: number): Wait {
    return this.#longest((meter, part) => meter.waitOfHead(part, now), cost);
  }

  /**
   * How much of the lane a call takes: the time that its cost takes at the rate of the scarcest
   * limit, in milliseconds; 1 where there is none.
   */
  sizeOf(cost: Cost): number {
    if (this.#meters.length === 0) return 1;
    const sizes = this.#meters.map((meter) => meter.timeOf(amount(cost, meter.limit.dimension)));
    return Math.max(...sizes);
  }

  /** Whether everything that was taken has come back. */
  isFull(now: number): boolean {
    return this.#meters.every((meter) => meter.isFull(now));
  }

  /** Replaces what was taken at `at` with what the call has really cost. */
  settle(taken: Cost, actual: Cost, at: number, now: number): void {
    for (const meter of this.#meters) {
      const { dimension } = meter.limit;
      const more = amount(actual, dimension) - amount(taken, dimension);
      if (more !== 0) meter.settle(more, at, now);
    }
  }

  /**
   * Empties the buckets: the server has refused a call, for its `dimension` where it said so. Those
   * of a day only where it was for them: they would take a day to fill again.
   */
  drain(now: number, isDaily: boolean, dimension?: Dimension | 'concurrency'): void {
    const upstream = this.#meters.filter(({ limit }) => isUpstream(limit));
    const meters = upstream.filter(({ limit }) => limit.windowMs > MINUTE_MS === isDaily);
    const named = meters.filter(({ limit }) => limit.dimension === dimension);
    for (const meter of named.length > 0 ? named : meters) meter.drain(now);
  }

  /** What a limit lets through in a minute, now; nothing, where it isn't kept. */
  perMinute(limit: Subject): number {
    return this.#meterFor(limit)?.perMinute ?? 0;
  }

  /** The share of a limit that others were counted to use, where a window may be what counts. */
  countedShare(limit: Subject, now: number): number | undefined {
    return this.#meterFor(limit)?.countedShare(now);
  }

  /** For how long a limit has been holding the line up. */
  busyMs(limit: Subject, now: number): number {
    return this.#meterFor(limit)?.busyMs(now) ?? 0;
  }

  #meterFor(limit: Subject): Meter | undefined {
    return this.#meters.find((each) => isSameLimit(each.limit, limit));
  }

  /** The limits with what may be used of each at `now`, and what is left of it. */
  levels(now: number): { limit: MeteredLimit; level: number; remaining: number }[] {
    return this.#meters.map((meter) => ({
      limit: meter.limit,
      level: meter.level(now),
      remaining: meter.remaining(now),
    }));
  }

  #tuned(limit: MeteredLimit, now: number): Meter {
    const meter = this.#meterOf(limit);
    if (this.#share !== 1) meter.share(this.#share, now);
    if (this.#tuning !== NO_CAUTION) meter.tune(this.#tuning, now);
    return meter;
  }

  #take(cost: Cost, act: (meter: Meter, part: number) => void): void {
    this.#taken = plus(this.#taken, cost);
    this.#each(cost, act);
  }

  #each(cost: Cost, act: (meter: Meter, part: number) => void): void {
    for (const meter of this.#meters) act(meter, amount(cost, meter.limit.dimension));
  }

  #longest(waitOf: (meter: Meter, part: number) => number, cost: Cost): MeterWait {
    let longest: MeterWait = NO_WAIT;
    this.#each(cost, (meter, part) => {
      const waitMs = waitOf(meter, part);
      if (waitMs > longest.waitMs) longest = { waitMs, dimension: meter.limit.dimension, meter };
    });
    return longest;
  }
}

/** Whether a limit is surely in force: what is published may be for another account than this. */
export function isSure({ source }: MeteredLimit): boolean {
  return source !== 'published' && source !== 'guess';
}

/** Whether two limits are about the same: they may differ in what they allow. */
export function isSameLimit(one: Subject, other: Subject): boolean {
  return one.dimension === other.dimension && one.windowMs === other.windowMs;
}
