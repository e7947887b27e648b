import {
  type BucketSpec,
  type BucketState,
  fitted,
  fullBucket,
  refill,
  resized,
  takeFromLevel,
} from './bucket.ts';
import { adoptStage, paceOfLimit, relaxBurst, reservedShare } from './burst-policy.ts';
import { newBurstPolicy, type PacedLimit } from './burst-state.ts';
import { endTrial } from './burst-trial.ts';
import { type BusySpell, newBusySpell } from './busy-spell.ts';
import type { PaceTerms } from './limit-policy.ts';
import { enterWindow, type LimitWindow, scaleWindow, windowsOf } from './limit-window.ts';
import type { MeteredLimit } from './metered-limit.ts';
import { newRenewal, type Renewal } from './renewal.ts';
import { renewBalance, type ServerBalance } from './server-balance.ts';
import { NO_CAUTION } from './tuning.ts';
import { newWindowUse, type WindowUse } from './window-use.ts';
import { NO_ZEROS, type Zeros } from './zeros.ts';

/**
 * One limit as it is kept: a bucket that paces calls, the windows of its enforcement, and, once a
 * response has shown it, the server's balance. A call waits for all three.
 *
 * Its functions take the `terms` that all limits of a lane have in common.
 */
export interface LimitMeter extends PacedLimit {
  spec: BucketSpec;
  bucket: BucketState;
  windows: LimitWindow[];
  balance: ServerBalance | undefined;
  /** The share of the limit that the last response has shown to be left. */
  shown: number;
  /** One response alone has said it: it turns no call away. */
  isDoubtful: boolean;
  /** The last response showed far less to be left than was expected: it is not believed alone. */
  isLastOdd: boolean;
  /** Of a limit of more than a minute. */
  renewal: Renewal;
  /** Responses that showed nothing to be left, while calls passed. */
  zeros: Zeros;
  /** When a call was last found to have used more than was reserved for it. */
  owedAt: number;
  /** Usage above a lowered capacity. Charged again if the limit grows within its window. */
  forgiven: Forgiven;
  use: WindowUse;
  busy: BusySpell;
}

/** An amount in the limit's unit, at a time. */
export interface Forgiven {
  readonly amount: number;
  readonly at: number;
}

/** A limit of which nothing was used. */
export function newMeter(limit: MeteredLimit, terms: PaceTerms, now: number): LimitMeter {
  const whole = fullMeter(limit, { ...terms, tuning: NO_CAUTION, share: 1 }, now);
  if (terms.share !== 1) shareFullMeter(whole, terms);
  repace(whole, terms, now);
  return whole;
}

function fullMeter(limit: MeteredLimit, terms: PaceTerms, now: number): LimitMeter {
  const burst = newBurstPolicy();
  adoptStage({ limit, burst }, terms, now);
  const { slots } = terms.policy;
  const { bucket: spec, guards } = paceOfLimit({ limit, burst }, terms);
  return {
    ...{ limit, burst, spec },
    bucket: fullBucket(spec, now),
    windows: windowsOf(guards, [], slots),
    balance: undefined,
    shown: 0,
    isDoubtful: false,
    isLastOdd: false,
    renewal: newRenewal(limit),
    zeros: NO_ZEROS,
    owedAt: Number.NEGATIVE_INFINITY,
    forgiven: { amount: 0, at: now },
    use: newWindowUse(slots),
    busy: newBusySpell(),
  };
}

/** A part of an unused limit is unused. */
function shareFullMeter(meter: LimitMeter, { policy, share }: PaceTerms): void {
  const { capacity } = meter.spec;
  adoptPace(meter, { policy, tuning: NO_CAUTION, share });
  const { level, savings } = meter.bucket;
  const less = capacity - meter.spec.capacity;
  const kept = { ...meter.bucket, level: level - less, savings: savings * Math.min(1, share) };
  meter.bucket = fitted(meter.spec, kept);
}

/** Brings the bucket up to `now`, and the pace up to what calls have shown. */
export function refillMeter(meter: LimitMeter, terms: PaceTerms, now: number): void {
  meter.bucket = refill(meter.spec, meter.bucket, now);
  if (now >= meter.renewal.resetAt) renewMeter(meter, meter.renewal.taken, now);
  const isExact = meter.limit.dimension === 'requests';
  endTrial(meter.burst.second, isExact, now);
  endTrial(meter.burst.ten, isExact, now);
  if (adoptStage(meter, terms, now)) fitToPace(meter, terms);
}

/** The limit is unused again, but for `spent`: what was used before is forgotten. */
export function renewMeter(meter: LimitMeter, spent: number, now: number): void {
  const { spec, limit, windows, balance, renewal } = meter;
  meter.bucket = takeFromLevel(spec, fullBucket(spec, now), spent);
  for (const window of windows) {
    if (window.spanMs < limit.windowMs) continue;
    scaleWindow(window, 0, now);
    enterWindow(window, spent, now);
  }
  if (balance !== undefined) renewBalance(balance, spent, now);
  renewal.resetAt = Number.POSITIVE_INFINITY;
}

/** Adopts the present pace. What was used stays used; a higher limit is no burst. */
export function repace(meter: LimitMeter, terms: PaceTerms, now: number): void {
  refillMeter(meter, terms, now);
  fitToPace(meter, terms);
}

/** Adopts another limit. What was used stays used; a higher limit is no burst. */
export function resizeMeter(
  meter: LimitMeter,
  limit: MeteredLimit,
  terms: PaceTerms,
  now: number,
): void {
  const before = meter.spec.capacity - refill(meter.spec, meter.bucket, now).level;
  meter.limit = limit;
  repace(meter, terms, now);
  const less = before - (meter.spec.capacity - meter.bucket.level);
  if (less > 0) meter.forgiven = { amount: forgivenAt(meter, now) + less, at: now };
}

/**
 * Adopts a limit and terms that the user has changed. What was used stays used; what they allow
 * beyond that may be used at once. The meter must have been refilled with the terms before.
 */
export function configureMeter(
  meter: LimitMeter,
  limit: MeteredLimit,
  terms: PaceTerms,
  now: number,
): void {
  const before = meter.spec;
  meter.limit = limit;
  if (meter.balance !== undefined) {
    meter.balance.headroom = reservedShare(terms.policy, limit.dimension);
  }
  adoptPace(meter, terms);
  const change = resized(before, meter.spec, meter.bucket, forgivenAt(meter, now));
  meter.bucket = change.state;
  meter.forgiven = { amount: change.forgiven, at: now };
}

/** Adopts another tuning, which `terms` has already. */
export function tuneMeter(meter: LimitMeter, terms: PaceTerms, now: number): void {
  relaxBurst(meter.burst, terms.tuning);
  repace(meter, terms, now);
}

/**
 * Adopts another share, which `terms` has already. `ratio`: of the share before, up to 1. All that
 * is left is scaled by it, as everybody's usage is known here. The meter must have been refilled
 * with the terms before.
 */
export function shareMeter(meter: LimitMeter, ratio: number, terms: PaceTerms, now: number): void {
  if (ratio < 1) for (const window of meter.windows) scaleWindow(window, ratio, now);
  adoptPace(meter, terms);
  const { level, savings } = meter.bucket;
  const less = Math.max(0, level) * (1 - ratio);
  const kept = { ...meter.bucket, level: level - less, savings: savings * ratio };
  meter.bucket = fitted(meter.spec, kept);
}

function fitToPace(meter: LimitMeter, terms: PaceTerms): void {
  adoptPace(meter, terms);
  meter.bucket = fitted(meter.spec, meter.bucket);
}

/** Makes bucket and windows those of the present pace. The windows keep their history. */
function adoptPace(meter: LimitMeter, terms: PaceTerms): void {
  const { bucket, guards } = paceOfLimit(meter, terms);
  meter.spec = bucket;
  meter.windows = windowsOf(guards, meter.windows, terms.policy.slots);
}

/** It fades to nothing within the limit's window. */
function forgivenAt({ forgiven, limit }: LimitMeter, now: number): number {
  return forgiven.amount * Math.max(0, 1 - (now - forgiven.at) / limit.windowMs);
}
