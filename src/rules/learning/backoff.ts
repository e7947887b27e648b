import type { PauseCause } from '../../model/refusal.ts';
import type { Tuning } from '../limits/tuning.ts';
import {
  type AdaptiveLimit,
  CUT,
  isBelowMost,
  isQuiet,
  lowerTo,
  newAdaptiveLimit,
  RAMP_STEP,
  raiseTo,
  STEP,
} from './adaptive-limit.ts';
import { countAnswer } from './probe-schedule.ts';
import { newRateCeiling, noteCut, type RateCeiling, raisedUnder } from './rate-ceiling.ts';
import { countCall, newRefusalShare, type RefusalShare, shareOf } from './refusal-share.ts';

type Strictness = Tuning['strictness'];

/** By the strictness before. */
const STRICTER = [1, 2, 3, 3] as const;
const LOOSER = [0, 0, 1, 2] as const;

/** Of the recent calls, the share that may be refused before the rate is cut. */
const TOLERATED = 0.01;
/** Fewer calls than this say nothing of a share: a lane may have started on an empty bucket. */
const LEAST_CALLS = 50;
/** Each call weighs this much less than the next one: about the last 500 count. */
const FADING = 0.998;
/** Where less than this share of the rate came through, the limit is another one: so much is left. */
const GROSS = 0.5;
const LEAST_SHARE = 0.0001;
/** Refusals that show no pattern lower the rate to this share of what it was, and no further. */
export const FLOOR = 0.5;
/** The rate comes back when nothing was refused for so long, a step at a time. */
const QUIET_MS = 60_000;
const NEXT_STEP_MS = 15_000;
/** Below half, it comes back in larger steps. */
const LARGE_STEP = 1.3;
/** While hardly any call is refused, it comes back more slowly. */
const HARDLY_ANY = 0.5 * TOLERATED;
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
  ceiling: RateCeiling;
  /** The recent calls. */
  recent: RefusalShare;
  /** When a call was last refused. */
  refusedAt: number;
  /** When the strictness became another one, and how long it stays. */
  relaxedAt: number;
  relaxAfterMs: number;
}

export function newBackoff(isGiven: boolean, now: number): Backoff {
  return {
    isGiven,
    rate: newAdaptiveLimit(1, 1, now),
    strictness: 0,
    ceiling: newRateCeiling(),
    recent: newRefusalShare(now),
    refusedAt: Number.NEGATIVE_INFINITY,
    relaxedAt: now,
    relaxAfterMs: RELAX_AFTER_MS,
  };
}

export function tuningOf({ rate, strictness }: Backoff): Tuning {
  return { rateShare: rate.limit, strictness };
}

/** A call was answered. Returns whether the tuning is another one now. */
export function noteAnswer(backoff: Backoff, now: number): boolean {
  countCall(backoff.recent, false, FADING, now);
  countAnswer(backoff.ceiling.probes);
  const isFaster = recover(backoff, now);
  return relax(backoff, now) || isFaster;
}

/** A call was refused: any, also one of an episode that has been told of. */
export function noteRefusal(backoff: Backoff, now: number): void {
  countCall(backoff.recent, true, FADING, now);
  backoff.refusedAt = now;
}

/** Whether more of the recent calls were refused than is tolerated. */
export function areTooMany({ recent }: Backoff): boolean {
  return recent.calls >= LEAST_CALLS && recent.refused > TOLERATED * recent.calls;
}

/** Whether so few calls were answered that refusals say nothing of a share. */
export function areFew({ recent }: Backoff): boolean {
  return recent.calls < LEAST_CALLS;
}

/**
 * There was an episode of refusals. `used`: what was taken before, as a share of what may go at
 * present; 1 where nobody knows. `floor`: the least rate, where no more than half is missing.
 * `many`: how many calls were refused, where those were so many that a limit was exceeded.
 */
export function backOff(
  backoff: Backoff,
  cause: PauseCause,
  used: number,
  now: number,
  floor: number = FLOOR,
  many: number | undefined = undefined,
): void {
  const { rate } = backoff;
  const before = rate.limit;
  if (cause === 'ramp') {
    rate.isRamping = true;
    cut(backoff, CUT * used * rate.limit, now);
  }
  if (cause !== 'rate') return;
  if (areTooMany(backoff)) {
    lowerRate(backoff, used, floor, now);
    if (many !== undefined) {
      noteCut(backoff.ceiling, { before, to: rate.limit, refusals: many }, now);
    }
  }
  tighten(backoff, now);
}

/** Lowers the rate by a fifth, though not below `floor`; or to what came through of it. */
export function lowerRate(backoff: Backoff, used: number, floor: number, now: number): void {
  const { limit } = backoff.rate;
  if (used < GROSS) cut(backoff, used * limit, now);
  else cut(backoff, Math.min(limit, Math.max(floor, CUT * limit)), now);
}

/** There was an episode of refusals, for which the limits themselves have been lowered. */
export function backOffBurst(backoff: Backoff, now: number): void {
  tighten(backoff, now);
  if (!backoff.rate.isRamping) backoff.rate.limit = 1;
}

/** Gives up bursts: step by step where the limits were given, else all at once. */
function tighten(backoff: Backoff, now: number): void {
  backoff.strictness = backoff.isGiven ? STRICTER[backoff.strictness] : 3;
  backoff.relaxedAt = now;
}

function cut(backoff: Backoff, limit: number, now: number): void {
  lowerTo(backoff.rate, Math.max(LEAST_SHARE, limit), now);
  // What was refused until now has been answered for.
  backoff.recent.refused = 0;
}

function recover(backoff: Backoff, now: number): boolean {
  const { rate } = backoff;
  if (!isBelowMost(rate) || !mayRecover(backoff, now)) return false;
  const next = nextRate(backoff, now);
  if (next === undefined) return false;
  raiseTo(rate, next, now);
  if (!isBelowMost(rate)) rate.isRamping = false;
  return true;
}

/** What the rate is raised to, if it is. */
function nextRate({ rate, ceiling }: Backoff, now: number): number | undefined {
  const next = stepOf(rate) * rate.limit;
  return rate.isRamping ? next : raisedUnder(ceiling, rate.limit, next, now);
}

function stepOf({ isRamping, limit, most }: AdaptiveLimit): number {
  if (isRamping) return RAMP_STEP;
  return limit < FLOOR * most ? LARGE_STEP : STEP;
}

function mayRecover({ rate, recent, refusedAt }: Backoff, now: number): boolean {
  if (rate.isRamping) return isQuiet(rate, now);
  if (now - refusedAt >= QUIET_MS) return now - rate.changedAt >= NEXT_STEP_MS;
  return isQuiet(rate, now) && shareOf(recent) <= HARDLY_ANY;
}

function relax(backoff: Backoff, now: number): boolean {
  const { strictness, relaxedAt, relaxAfterMs } = backoff;
  if (strictness === 0 || now - relaxedAt < relaxAfterMs) return false;
  backoff.strictness = LOOSER[strictness];
  backoff.relaxedAt = now;
  backoff.relaxAfterMs *= 2;
  return true;
}
