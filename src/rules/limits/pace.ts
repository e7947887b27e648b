import { type Limit, MINUTE_MS, SECOND_MS, type Shape, UNKNOWN_SHAPE } from '../../model/limits.ts';
import type { BucketSpec } from './bucket.ts';
import type { Tuning } from './tuning.ts';

/** By how much a network is expected to shift two calls against each other. */
const USUAL_SPREAD_MS = 50;
/** The burst of each strictness, in seconds of the rate, after the profile's own was refused. */
const STRICTER_BURSTS = { 1: 10, 2: 1 } as const;

/**
 * A window that admits at most `max`: each one that ends now (trailing), or the one that began at
 * the last multiple of its span since the epoch (fixed).
 */
export interface Guard {
  readonly max: number;
  readonly spanMs: number;
  readonly isFixed?: boolean;
}

/** How calls against one limit are paced: a bucket, and the windows of the enforcement. */
export interface Pace {
  readonly bucket: BucketSpec;
  readonly guards: readonly Guard[];
}

/**
 * The pace of a limit by its shape and headroom, lowered by `tuning`. `left`: the share of the limit
 * that is left to others, in the long run and in each second. The tuning's rate may have been cut
 * because of them, so the smaller of both counts.
 */
export function paceOf(
  limit: Limit,
  profile: Shape,
  headroom: number,
  tuning: Tuning,
  left: number = 0,
): Pace {
  const shape = stricter(profile, tuning.strictness);
  const usable = (1 - headroom) * limit.max;
  const perMs = (Math.min(tuning.rateShare, 1 - left) * usable) / limit.windowMs;
  if (shape.enforcement === 'fixed') return fixedPace(limit.max, usable, limit.windowMs);
  const smallest = limit.dimension === 'requests' ? 1 : 0;
  const capacity = Math.max(smallest, perMs * burstMs(limit, shape));
  const bucket = { perMs, capacity, largest: limit.max };
  return { bucket, guards: guards(limit, shape, headroom, left) };
}

/** Windows by the clock, and a bucket that delays no call. */
function fixedPace(largest: number, max: number, spanMs: number): Pace {
  const bucket = { perMs: largest, capacity: 2 * largest, largest };
  return { bucket, guards: [{ max, spanMs, isFixed: true }] };
}

/**
 * The burst in milliseconds of the rate. A limit over more than a minute (a daily quota) is not
 * paced: a user with 200 calls a day wants to send the first ones at once.
 */
function burstMs(limit: Limit, shape: Shape): number {
  if (limit.windowMs > MINUTE_MS) return limit.windowMs;
  return Math.min(shape.burstSeconds * SECOND_MS, limit.windowMs);
}

/**
 * The guards beside the bucket. `window`: (1 − headroom) · limit in each trailing window and the spread
 * more: a call that arrives late and one that arrives early may lie so much closer together than they
 * were sent. `slices` adds the limit's share of a second, less half the headroom, over a second and the
 * spread. Only half of it, because calls never fill a second: all of it would make this guard slower
 * than the bucket.
 */
function guards(limit: Limit, shape: Shape, headroom: number, left: number): Guard[] {
  if (shape.enforcement === 'bucket') return [];
  const spreadMs = shape.spreadMs ?? USUAL_SPREAD_MS;
  const isShort = limit.windowMs <= SECOND_MS;
  const spanMs = limit.windowMs + (isShort ? 0 : spreadMs);
  const whole = { max: (1 - headroom) * limit.max, spanMs };
  if (shape.enforcement !== 'slices' || isShort || limit.windowMs > MINUTE_MS) return [whole];
  const perSecond = ((1 - left) * limit.max * SECOND_MS) / limit.windowMs;
  return [whole, { max: perSecond * (1 - headroom / 2), spanMs: SECOND_MS + spreadMs }];
}

/** Never looser than the profile. */
function stricter(profile: Shape, strictness: Tuning['strictness']): Shape {
  if (strictness === 0) return profile;
  if (strictness === 3) return UNKNOWN_SHAPE;
  return { ...profile, burstSeconds: Math.min(profile.burstSeconds, STRICTER_BURSTS[strictness]) };
}
