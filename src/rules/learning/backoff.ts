import type { PauseCause } from '../../model/refusal.ts';
import { type Codec, flag, number, oneOf, record, time } from '../codec.ts';
import type { Tuning } from '../limits/tuning.ts';
import {
  type AdaptiveLimit,
  adaptiveLimitFields,
  CUT,
  isBelowMost,
  isQuiet,
  lowerTo,
  newAdaptiveLimit,
  RAMP_STEP,
  raiseTo,
  STEP,
} from './adaptive-limit.ts';

type Strictness = Tuning['strictness'];

/** Of the recent calls, the share that may be refused before the rate is cut. */
const TOLERATED = 0.01;
/** Fewer calls than this say nothing of a share: a lane may have started on an empty bucket. */
const LEAST_CALLS = 50;
/** Each call weighs this much less than the next one: about the last 500 count. */
const FADING = 0.998;
/** Where less than this share of the rate came through, the limit is another one: so much is left. */
const GROSS = 0.5;
const LEAST_SHARE = 0.0001;
/** A burst is tried again after so long without a refusal; twice as long after each one that failed. */
const RELAX_AFTER_MS = 600_000;

/**
 * How much more careful a lane is than its limits and its provider's profile ask for, as refusals
 * that it had not foreseen have taught it.
 *
 * Invariant: one episode of refusals (the caller tells of its beginning) is one cut and one step of
 * strictness at most, however many calls it hit.
 */
export interface Backoff {
  /** The limits are their user's word, and lose their burst step by step only. */
  isGiven: boolean;
  /** The share of the rate that is used, from above 0 to 1. */
  rate: AdaptiveLimit;
  strictness: Strictness;
  /** The recent calls, and those of them that were refused: older ones count less. */
  calls: number;
  refused: number;
  /** When the strictness became another one, and how long it stays. */
  relaxedAt: number;
  relaxAfterMs: number;
}

export const backoff: Codec<Backoff> = record<Backoff>({
  isGiven: flag,
  rate: record<AdaptiveLimit>(adaptiveLimitFields),
  strictness: oneOf<Strictness>([0, 1, 2, 3]),
  calls: number,
  refused: number,
  relaxedAt: time,
  relaxAfterMs: number,
});

export function newBackoff(isGiven: boolean, now: number): Backoff {
  const rate = newAdaptiveLimit(1, 1, now);
  const counts = { calls: 0, refused: 0 };
  return { isGiven, rate, strictness: 0, ...counts, relaxedAt: now, relaxAfterMs: RELAX_AFTER_MS };
}

export function tuningOf({ rate, strictness }: Backoff): Tuning {
  return { rateShare: rate.limit, strictness };
}

/** A call was answered. Returns whether the tuning is another one now. */
export function noteAnswer(backoff: Backoff, now: number): boolean {
  count(backoff, 0);
  const isFaster = recover(backoff.rate, now);
  return relax(backoff, now) || isFaster;
}

/** A call was refused: any, also one of an episode that has been told of. */
export function noteRefusal(backoff: Backoff): void {
  count(backoff, 1);
}

/**
 * There was an episode of refusals. `used`: what was taken before, as a share of what may go at
 * present; 1 where nobody knows.
 */
export function backOff(backoff: Backoff, cause: PauseCause, used: number, now: number): void {
  const { calls, refused, rate } = backoff;
  const isTooMany = calls >= LEAST_CALLS && refused > TOLERATED * calls;
  if (cause === 'ramp') {
    rate.isRamping = true;
    cut(backoff, CUT * used, now);
  }
  if (cause === 'rate' && isTooMany) cut(backoff, used < GROSS ? used : CUT, now);
  if (cause === 'rate') tighten(backoff, now);
}

/** There was an episode of refusals, for which the limits themselves have been lowered. */
export function backOffBurst(backoff: Backoff, now: number): void {
  tighten(backoff, now);
  if (!backoff.rate.isRamping) backoff.rate.limit = 1;
}

/** Gives up bursts: step by step where the limits were given, else all at once. */
function tighten(backoff: Backoff, now: number): void {
  backoff.strictness = backoff.isGiven ? stricter(backoff.strictness) : 3;
  backoff.relaxedAt = now;
}

function count(backoff: Backoff, refused: 0 | 1): void {
  backoff.calls = FADING * backoff.calls + 1;
  backoff.refused = FADING * backoff.refused + refused;
}

function cut(backoff: Backoff, share: number, now: number): void {
  lowerTo(backoff.rate, Math.max(LEAST_SHARE, share * backoff.rate.limit), now);
  // What was refused until now has been answered for.
  backoff.refused = 0;
}

function recover(rate: AdaptiveLimit, now: number): boolean {
  if (!isBelowMost(rate) || !isQuiet(rate, now)) return false;
  raiseTo(rate, (rate.isRamping ? RAMP_STEP : STEP) * rate.limit, now);
  if (!isBelowMost(rate)) rate.isRamping = false;
  return true;
}

function relax(backoff: Backoff, now: number): boolean {
  const { strictness, relaxedAt, relaxAfterMs } = backoff;
  if (strictness === 0 || now - relaxedAt < relaxAfterMs) return false;
  backoff.strictness = looser(strictness);
  backoff.relaxedAt = now;
  backoff.relaxAfterMs *= 2;
  return true;
}

function stricter(strictness: Strictness): Strictness {
  return strictness === 0 ? 1 : strictness === 1 ? 2 : 3;
}

function looser(strictness: Strictness): Strictness {
  return strictness === 3 ? 2 : strictness === 2 ? 1 : 0;
}
