import {
  amount,
  byDimension,
  type Cost,
  type Dimension,
  isUpstream,
  MINUTE_MS,
  type Subject,
} from '../../model/limits.ts';
import {
  configureMeter,
  type LimitMeter,
  newMeter,
  refillMeter,
  resizeMeter,
  shareMeter,
  tuneMeter,
} from './limit-meter.ts';
import type { LimitPolicy } from './limit-policy.ts';
import { shiftWindow, type WindowEntry } from './limit-window.ts';
import { used } from './meter-room.ts';
import { drainMeter, observeMeter, retimeMeter, settleMeter, takeLater } from './meter-use.ts';
import { isSameLimit, type MeteredLimit, type Sighting } from './metered-limit.ts';
import { begun, type PastLimit, remember, retired } from './past-limits.ts';
import { NO_CAUTION, type Tuning } from './tuning.ts';

/** All limits of one lane. A call takes from all of them or from none. */
export interface LimitSet {
  meters: LimitMeter[];
  /** Limits that are not in force any more, and hold nothing back. */
  past: PastLimit[];
  policy: LimitPolicy;
  tuning: Tuning;
  /** The part of each limit that may be used here, above 0 and up to 1. */
  share: number;
  /** All that was ever taken. Replaced at each change, so that an earlier one may be kept. */
  taken: Record<Dimension, number>;
}

export function newLimitSet(
  limits: readonly MeteredLimit[],
  policy: LimitPolicy,
  now: number,
): LimitSet {
  const taken = byDimension(() => 0);
  const set: LimitSet = { meters: [], past: [], policy, tuning: NO_CAUTION, share: 1, taken };
  set.meters = limits.map((limit) => newMeter(limit, set, now));
  return set;
}

export function limitsOf({ meters }: LimitSet): MeteredLimit[] {
  return meters.map(({ limit }) => limit);
}

/** The meter of a limit, whatever the limit's maximum. */
export function meterOf({ meters }: LimitSet, subject: Subject): LimitMeter | undefined {
  return meters.find(({ limit }) => isSameLimit(limit, subject));
}

/** Adopts other limits. What was used of a limit stays used; a higher limit is no burst. */
export function adoptLimits(set: LimitSet, limits: readonly MeteredLimit[], now: number): void {
  set.meters = limits.map((limit) => {
    const meter = meterOf(set, limit);
    if (meter === undefined) return newMeter(limit, set, now);
    resizeMeter(meter, limit, set, now);
    return meter;
  });
}

/**
 * Adopts limits and a policy that the user has changed. What was used stays used, whatever limits
 * come and go; what they allow beyond that may be used at once. `takenOf`: what was let through
 * lately, whatever limits there were.
 */
export function configureLimits(
  set: LimitSet,
  limits: readonly MeteredLimit[],
  policy: LimitPolicy,
  takenOf: (dimension: Dimension) => readonly WindowEntry[],
  now: number,
): void {
  const known = counting(set);
  for (const meter of known) refillMeter(meter, set, now);
  const before = set.meters;
  set.policy = policy;
  set.meters = limits.map((limit) => {
    const meter = known.find((each) => isSameLimit(each.limit, limit));
    if (meter === undefined) return begun(limit, known, takenOf(limit.dimension), set, now);
    const isLower = limit.max < meter.limit.max;
    configureMeter(meter, limit, set, now);
    if (isLower) remember(meter, takenOf(limit.dimension), set, now);
    return meter;
  });
  set.past = retired(set.past, before, set.meters, set, now);
}

/** The meters of all limits that count, in force or not. */
export function counting({ meters, past }: LimitSet): readonly LimitMeter[] {
  return past.length === 0 ? meters : [...meters, ...past.map(({ meter }) => meter)];
}

/** Limits that are not in force any more are forgotten a window later. */
export function forgetPast(set: LimitSet, now: number): void {
  if (set.past.some(({ until }) => until <= now)) {
    set.past = set.past.filter(({ until }) => until > now);
  }
}

/** Adopts more or less caution. */
export function tune(set: LimitSet, tuning: Tuning, now: number): void {
  set.tuning = tuning;
  for (const meter of set.meters) tuneMeter(meter, set, now);
}

/**
 * Uses only a part of each limit from now on, because other processes that can't be asked may use
 * the rest. The set must know what all processes have used: what is left is scaled by the share.
 */
export function shareLimits(set: LimitSet, share: number, now: number): void {
  for (const meter of set.meters) refillMeter(meter, set, now);
  const ratio = Math.min(1, share / set.share);
  set.share = share;
  for (const meter of set.meters) shareMeter(meter, ratio, set, now);
}

/** Counts what windows hold as if it had been used so much later. */
export function countLater(set: LimitSet, ms: number, now: number): void {
  for (const meter of set.meters) {
    refillMeter(meter, set, now);
    for (const window of meter.windows) shiftWindow(window, ms, now);
  }
}

/**
 * Takes note of what a response says is left. `takenThen`: the set's `taken` when its call was sent,
 * that call included.
 */
export function observeBalance(
  set: LimitSet,
  sightings: readonly Sighting[],
  sentAt: number,
  takenThen: Cost,
  now: number,
): void {
  for (const { dimension, windowMs, remaining, resetMs, max, counted } of sightings) {
    if (remaining === undefined) continue;
    const takenSince = set.taken[dimension] - amount(takenThen, dimension);
    const meter = meterOf(set, { dimension, windowMs });
    if (meter === undefined) continue;
    const reading = { limit: max, remaining, resetMs, sentAt, takenSince, counted };
    observeMeter(meter, reading, set, now);
  }
}

/** What responses said of a limit doesn't count any more, nor what they said is left of it. */
export function forgetBalance(set: LimitSet, limit: Subject): void {
  const meter = meterOf(set, limit);
  if (meter !== undefined) meter.balance = undefined;
}

/** Takes what was used of each limit by another copy of it, as far as that is more than here. */
export function recallUse(set: LimitSet, other: LimitSet, now: number): void {
  for (const meter of set.meters) {
    const known = meterOf(other, meter.limit);
    const more = known === undefined ? 0 : used(known, other, now) - used(meter, set, now);
    if (more > 0) takeLater(meter, more, set, now);
  }
}

/** Takes what was used of each limit elsewhere, as far as it has not come back. */
export function addUse(set: LimitSet, other: LimitSet, now: number): void {
  for (const meter of set.meters) {
    const known = meterOf(other, meter.limit);
    if (known !== undefined) takeLater(meter, used(known, other, now), set, now);
  }
}

/**
 * Replaces what a call took at `at` by its actual cost. `isKnown`: that is what the server has
 * charged.
 */
export function settle(
  set: LimitSet,
  taken: Cost,
  actual: Cost,
  at: number,
  now: number,
  isKnown = false,
): void {
  for (const meter of counting(set)) {
    const { dimension } = meter.limit;
    const more = amount(actual, dimension) - amount(taken, dimension);
    if (more !== 0) settleMeter(meter, more, at, set, now, isKnown);
  }
}

/** A call that was taken at `at` is sent only now: limits count it from here. */
export function retime(set: LimitSet, cost: Cost, at: number, now: number): void {
  for (const meter of counting(set)) {
    const part = amount(cost, meter.limit.dimension);
    if (part > 0) retimeMeter(meter, part, at, set, now);
  }
}

/**
 * Empties the buckets, because the server has refused a call: those of its `dimension`, if the
 * server has named it. Those of more than a minute would take a day to fill again.
 */
export function drain(set: LimitSet, now: number, dimension?: Dimension | 'concurrency'): void {
  const isMeant = ({ limit }: LimitMeter): boolean =>
    isUpstream(limit) && limit.windowMs <= MINUTE_MS;
  const meters = set.meters.filter(isMeant);
  const named = meters.filter(({ limit }) => limit.dimension === dimension);
  for (const meter of named.length > 0 ? named : meters) drainMeter(meter, set, now);
}
