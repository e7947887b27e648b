import { type Dimension, MINUTE_MS } from '../../model/limits.ts';
import { perMinute } from '../limits/limit-levels.ts';
import { adoptLimits, type LimitSet, tune } from '../limits/limit-set.ts';
import { isSure, type MeteredLimit } from '../limits/metered-limit.ts';
import { CUT } from './adaptive-limit.ts';
import { areFew, backOff, backOffBurst, FLOOR, lowerRate, tuningOf } from './backoff.ts';
import { lowerOnTrial } from './caution.ts';
import { lowerConcurrency } from './concurrency.ts';
import { doPass } from './followers.ts';
import { isShort, upstreamOf } from './known-limits.ts';
import { isPaced, type Learning } from './learning.ts';
import { keepLowered, lowerEstimates, lowerEstimatesALittle } from './limit-estimates.ts';
import type { RefusalEpisode } from './refusal-episode.ts';
import { hasPattern, type Strays } from './strays.ts';
import { hasMinute, type Throughput, takenInMinute, takenPerMinute } from './throughput.ts';
import type { Carelessness, Trial } from './trial.ts';

/*
 * How a lane becomes more careful: fewer calls in flight, a lower rate, or lower guesses of limits.
 * When it does is in `refusals.ts`; whether it was of use is found out in `caution.ts`.
 */

/** How often estimates are lowered on trial, where refusals have no pattern. */
const MOST_STEPS = 2;
/** Of fewer calls that passed in a minute with a pause in it, no limit is guessed. */
const LEAST_CALLS_OF_A_GUESS = 4;
/** Fewer calls than these had no rate that a ramp error could mean. */
const LEAST_CALLS_OF_A_RAMP = 20;
/** A given limit of which less than this share was taken, and no more was possible, is wrong. */
const FAR_OFF = 0.3;

/** After an episode of refusals, fewer calls may be in flight. */
export function narrow(
  learning: Learning,
  { inFlight, refusals }: RefusalEpisode,
  now: number,
): void {
  // A probe that is refused has found nothing out, nor has one call of a few.
  const isAlone = areFew(learning.backoff) && !hasPattern(learning.strays);
  if (learning.answers === 0 || isAlone) return;
  lowerOnTrial(
    learning,
    () => {
      lowerConcurrency(learning.concurrency, inFlight - refusals, refusals, now);
      return true;
    },
    now,
  );
  learning.isNewsDue = true;
}

/** One call less in flight than were, though at least half as many as before. */
export function narrowByOne(
  learning: Learning,
  before: number,
  inFlight: number,
  now: number,
): boolean {
  const { concurrency } = learning;
  const least = Math.min(concurrency.limit, FLOOR * before);
  lowerConcurrency(concurrency, Math.max(least, inFlight - 1), 1, now);
  learning.isNewsDue = true;
  return concurrency.limit <= least;
}

/** Whether estimates have been lowered as far as they may be on trial. */
function isFloor(strays: Strays): boolean {
  return (strays.trial?.steps ?? 0) >= MOST_STEPS && !hasPattern(strays);
}

/** The least rate, unless refusals have a pattern: half of the limit, or of what it was. */
function floorOf(strays: Strays, before: number): number {
  if (hasPattern(strays)) return 0;
  return before < FLOOR ? FLOOR * before : FLOOR;
}

/** A fifth off the rate of limits that are sure, or half of what is let through without any. */
export function lowerALittle(
  learning: Learning,
  limits: LimitSet,
  dimension: Dimension | undefined,
  before: Carelessness,
  now: number,
): boolean {
  const { backoff, estimates, known, throughput } = learning;
  if (!isUnexplained(learning, dimension, now)) {
    const floor = floorOf(learning.strays, before.rate.limit);
    lowerRate(backoff, 1, floor, now);
    tune(limits, tuningOf(backoff), now);
    return backoff.rate.limit <= floor;
  }
  const refused = { dimension, before: before.estimates };
  const isLow = lowerEstimatesALittle(estimates, known, throughput, refused, now);
  backoff.recent.refused = 0;
  adoptLimits(limits, known.inForce, now);
  learning.isNewsDue = true;
  return isLow;
}

/** Whether a refusal for `dimension`, where that was said, can be for none of the sure limits. */
function isUnexplained(
  { known, throughput }: Learning,
  dimension: Dimension | undefined,
  since: number,
): boolean {
  const sure = upstreamOf(known).filter((limit) => isShort(limit) && isSure(limit));
  const meant = sure.filter((limit) => limit.dimension === (dimension ?? limit.dimension));
  return meant.every((limit) => limit.source === 'given' && isFarOff(limit, throughput, since));
}

/** Whether hardly any of a given limit could be used in the minute before a refusal. */
function isFarOff(limit: MeteredLimit, throughput: Throughput, since: number): boolean {
  const taken = takenInMinute(throughput, limit.dimension, since);
  return hasMinute(throughput, since) && taken < (FAR_OFF * limit.max * MINUTE_MS) / limit.windowMs;
}

/** An episode that was not for the calls in flight. */
type RateEpisode = RefusalEpisode & { readonly dimension: Dimension | undefined };

/** After an episode of refusals, less is let through: limits are guessed, or the rate is cut. */
export function lower(
  learning: Learning,
  limits: LimitSet,
  episode: RateEpisode,
  now: number,
): void {
  const { backoff, estimates, known, answers, strays } = learning;
  const { cause, since, dimension } = episode;
  const wasPaced = isPaced(learning);
  const isRamp = cause === 'ramp';
  const isGuess = isUnexplained(learning, dimension, since);
  const hadRate = answers >= (isRamp ? LEAST_CALLS_OF_A_RAMP : 1);
  if (isGuess && !isRamp && sayNothing(learning, since)) return;
  if (isGuess && !isRamp && isFloor(strays)) {
    keepLowered(estimates, known, strays.trial?.lowered ?? []);
    adoptLimits(limits, known.inForce, now);
    return;
  }
  // Pauses may be the reason why little was used.
  const isTold = hadRate && !doPass(strays.followers);
  const used = isTold ? usedShare(learning, limits, since) : 1;
  const many = hasPattern(strays) ? episode.refusals : undefined;
  const lowerFrom = (start: number, trial: Trial | undefined): boolean => {
    const { limit } = backoff.rate;
    if (isGuess && hadRate) lowerGuesses(learning, limits, episode, trial, now);
    // Where there were no limits, there was no shape that could have been wrong.
    if (wasPaced && !(isGuess && isRamp)) {
      if (isGuess) backOffBurst(backoff, now);
      else backOff(backoff, cause, used, now, floorOf(strays, start), many);
      tune(limits, tuningOf(backoff), now);
    }
    return isGuess || backoff.rate.limit <= FLOOR * Math.max(start, limit, 1);
  };
  if (!isRamp) lowerOnTrial(learning, (trial) => lowerFrom(trial.before.rate.limit, trial), now);
  else {
    strays.trial = undefined;
    lowerFrom(backoff.rate.limit, undefined);
  }
}

/** Whether the calls before a refusal are too few to guess a limit from. */
function sayNothing(learning: Learning, since: number): boolean {
  const { backoff, strays, throughput } = learning;
  const passed = takenInMinute(throughput, 'requests', since);
  // Pauses hold back as many.
  if (hadPause(learning, since) && passed < LEAST_CALLS_OF_A_GUESS) return true;
  // Of a few calls, one that is refused alone says nothing.
  return areFew(backoff) && !hasPattern(strays);
}

/** Whether the lane was paused in the minute before a refusal. */
function hadPause({ resumedAt }: Learning, since: number): boolean {
  return resumedAt !== undefined && since - resumedAt < MINUTE_MS;
}

function lowerGuesses(
  learning: Learning,
  limits: LimitSet,
  { cause, since, dimension, refusals }: RateEpisode,
  trial: Trial | undefined,
  now: number,
): void {
  const { estimates, known, throughput } = learning;
  const isMeasured = hasMinute(throughput, since);
  const wasPaused = hadPause(learning, since);
  const { strays } = learning;
  const isLimit = hasPattern(strays) || trial === undefined || trial.hadPattern;
  // What a fifth less hasn't shown, half will.
  const cut = trial?.isLowered === true && !isLimit ? FLOOR : CUT;
  const isRamp = cause === 'ramp';
  const before = isLimit ? undefined : trial.before.estimates;
  const facts = { since, dimension, isMeasured, wasPaused, refusals, isRamp, cut, before };
  lowerEstimates(estimates, known, throughput, facts, now);
  adoptLimits(limits, known.inForce, now);
  learning.isNewsDue = true;
}

/** The rate before, as a share of what the sure limits let through at present. */
function usedShare({ known, throughput }: Learning, limits: LimitSet, since: number): number {
  const shares = known.inForce
    .filter((limit) => isSure(limit) && limit.windowMs <= MINUTE_MS)
    .map((limit) => takenPerMinute(throughput, limit.dimension, since) / perMinute(limits, limit));
  return Math.min(1, Math.max(0, ...shares.filter(Number.isFinite)));
}
