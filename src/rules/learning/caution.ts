import { MINUTE_MS } from '../../model/limits.ts';
import { adoptLimits, type LimitSet, tune } from '../limits/limit-set.ts';
import type { GrantedCall } from '../ticket.ts';
import { type Backoff, FLOOR, newBackoff, tuningOf } from './backoff.ts';
import type { Concurrency } from './concurrency.ts';
import { type HigherRate, isFutilityTested, noteFutility } from './futility.ts';
import { type KnownLimits, upstreamOf } from './known-limits.ts';
import { copyEstimate } from './limit-estimate.ts';
import { type LimitEstimates, restoreEstimates } from './limit-estimates.ts';
import {
  expectRefusals,
  hasPattern,
  newStrays,
  noteAnswered,
  patternOf,
  refuteLower,
  type Strays,
} from './strays.ts';
import {
  type Carelessness,
  countAnew,
  countInTrial,
  isStale,
  lowerInTrial,
  newTrial,
  restartTrial,
  type Trial,
  verdictOf,
} from './trial.ts';

/** What of a lane's knowledge makes it careful. */
export interface Cautious {
  known: KnownLimits;
  backoff: Backoff;
  estimates: LimitEstimates;
  concurrency: Concurrency;
  strays: Strays;
  isNewsDue: boolean;
}

/** Whether the lane may become more careful: not while the last such step is still under trial. */
export function mayLower({ strays }: Cautious): boolean {
  if (isFutilityTested(strays.futility)) return false;
  return strays.trial?.isBelow !== true || hasPattern(strays);
}

/**
 * Makes the lane more careful by `lower`, on trial. That returns whether the rate is so low now that
 * hardly any call should be refused.
 */
export function lowerOnTrial(
  learning: Cautious,
  lower: (trial: Trial) => boolean,
  now: number,
): void {
  const { strays, backoff } = learning;
  const { trial: last } = strays;
  const isOld = last === undefined || isStale(last, now);
  const trial = isOld ? newTrial(carelessnessOf(learning), now) : last;
  strays.trial = trial;
  // Until something is lowered, only the recent calls say what share is refused.
  if (!trial.isLowered) {
    const { calls, refused } = backoff.recent;
    trial.above = { calls, refused };
  }
  trial.hadPattern ||= hasPattern(strays);
  lowerInTrial(trial, lower(trial), now);
  if (trial.isBelow && backoff.rate.limit >= trial.before.rate.limit) {
    trial.steps++;
    trial.lowered = learning.estimates.estimates.map(copyEstimate);
  }
  trial.isLowered ||= trial.isBelow || backoff.rate.limit < trial.before.rate.limit;
}

/** A call was answered: counts it, and draws the conclusions. */
export function judgeTrial(
  learning: Cautious,
  limits: LimitSet,
  call: GrantedCall,
  isRefused: boolean,
  now: number,
): void {
  const { strays } = learning;
  const isLone = noteAnswered(strays, call, isRefused, now);
  const careless = (): Carelessness => carelessnessOf(learning);
  const higher = noteFutility(strays.futility, isRefused, careless, now);
  if (higher !== undefined) {
    giveUpCuts(learning, limits, higher, now);
    return;
  }
  const { trial } = strays;
  if (trial === undefined) return;
  countInTrial(trial, call.at, isRefused);
  const verdict = verdictOf(trial, strays.need, patternOf(strays));
  const isRefuted = verdict === 'refuted' && !hasPattern(strays);
  const wasForNothing = isLone && !trial.hadPattern;
  if (isRefuted || wasForNothing) restore(learning, limits, trial.before, now);
  if (isRefuted) refuteLower(strays, now);
  const isOver = verdict === 'fallen' && trial.hadPattern;
  if (wasForNothing || isOver) strays.trial = undefined;
  else if (verdict === 'fallen') countAnew(trial);
  if (verdict === 'more') restartTrial(trial);
}

/** As many calls are refused at a much lower rate: the lane is as careless as before all cuts. */
function giveUpCuts(
  learning: Cautious,
  limits: LimitSet,
  { before, lower }: HigherRate,
  now: number,
): void {
  restore(learning, limits, before, now);
  expectRefusals(learning.strays, lower.refused / lower.calls, now);
}

/** Whether estimates may be raised: what is on trial is not, while calls are still refused. */
export function mayRaise({ strays, backoff }: Cautious, now: number): boolean {
  return strays.trial?.isBelow !== true || now - backoff.refusedAt >= MINUTE_MS;
}

/** Something was raised again: what was tried has been found out, as far as nothing was refused. */
export function raised({ strays, backoff }: Cautious): void {
  const { trial } = strays;
  if (trial === undefined) return;
  const { limit } = backoff.rate;
  if (trial.steps === 0 && limit >= trial.before.rate.limit) strays.trial = undefined;
  else trial.isBelow = trial.steps === 0 && limit <= FLOOR;
}

/** Limits are given anew: whatever refusals have taught counts no more. */
export function beginAnew(learning: Cautious, limits: LimitSet, now: number): void {
  const isGiven = upstreamOf(learning.known).some(({ source }) => source === 'given');
  learning.backoff = newBackoff(isGiven, now);
  learning.strays = newStrays(now);
  tune(limits, tuningOf(learning.backoff), now);
}

function carelessnessOf({ backoff, estimates, concurrency }: Cautious): Carelessness {
  return {
    rate: { ...backoff.rate },
    strictness: backoff.strictness,
    estimates: estimates.estimates.map(copyEstimate),
    inFlight: concurrency.limit,
    wasRefused: concurrency.wasRefused,
  };
}

/** The lane is as careless as `before`. */
function restore(learning: Cautious, limits: LimitSet, before: Carelessness, now: number): void {
  const { backoff, estimates, known, concurrency } = learning;
  backoff.rate = { ...before.rate, limit: before.rate.most };
  backoff.strictness = before.strictness;
  restoreEstimates(estimates, known, before.estimates);
  concurrency.limit = Math.max(concurrency.limit, Math.min(before.inFlight, concurrency.most));
  concurrency.wasRefused = before.wasRefused;
  adoptLimits(limits, known.inForce, now);
  tune(limits, tuningOf(backoff), now);
  learning.isNewsDue = true;
}
