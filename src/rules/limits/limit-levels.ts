import { amount, type Cost, type Subject } from '../../model/limits.ts';
import { counting, type LimitSet, meterOf } from './limit-set.ts';
import {
  isMeterFull,
  meterBusyMs,
  meterLevel,
  meterOthersShare,
  meterPerMinute,
  meterRemaining,
  timeOf,
} from './meter-room.ts';
import type { MeteredLimit } from './metered-limit.ts';

/** A limit, what may be used of it now, and what is left of it whatever its burst and headroom. */
export interface MeterLevel {
  readonly limit: MeteredLimit;
  readonly level: number;
  readonly remaining: number;
}

export function levels(set: LimitSet, now: number): MeterLevel[] {
  return set.meters.map((meter) => ({
    limit: meter.limit,
    level: meterLevel(meter, set, now),
    remaining: meterRemaining(meter, set, now),
  }));
}

/** Whether all that was taken has flowed in again. */
export function isFull(set: LimitSet, now: number): boolean {
  return counting(set).every((meter) => isMeterFull(meter, set, now));
}

/**
 * How much of the lane a call takes: the time that its cost takes at the rate of the scarcest limit,
 * in milliseconds. 1 without limits.
 */
export function sizeOf({ meters }: LimitSet, cost: Cost): number {
  if (meters.length === 0) return 1;
  let most = 0;
  for (const meter of meters) {
    most = Math.max(most, timeOf(meter, amount(cost, meter.limit.dimension)));
  }
  return most;
}

/** The greatest share of a limit that others on the same account use. */
export function othersShare(set: LimitSet, now: number): number {
  let most = 0;
  for (const meter of set.meters) most = Math.max(most, meterOthersShare(meter, set, now));
  return most;
}

/** What a limit lets through in a minute. 0 if it isn't kept. */
export function perMinute(set: LimitSet, subject: Subject): number {
  const meter = meterOf(set, subject);
  return meter === undefined ? 0 : meterPerMinute(meter);
}

/** For how long a limit has been delaying the first call of the queue, in milliseconds. */
export function busyMs(set: LimitSet, subject: Subject, now: number): number {
  const meter = meterOf(set, subject);
  return meter === undefined ? 0 : meterBusyMs(meter, now);
}
