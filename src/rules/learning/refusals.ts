import { type Dimension, MINUTE_MS } from '../../model/limits.ts';
import type { PauseCause, Stated } from '../../model/refusal.ts';
import { perMinute } from '../limits/limit-levels.ts';
import { adoptLimits, drain, type LimitSet, tune } from '../limits/limit-set.ts';
import { isSure } from '../limits/metered-limit.ts';
import { backOff, backOffBurst, noteRefusal, tuningOf } from './backoff.ts';
import { lowerConcurrency } from './concurrency.ts';
import { isPaced, type Learning, type TakenCall } from './learning.ts';
import { countsNothing, isUnexplained, lowerEstimates } from './limit-estimates.ts';
import { statesOdd, told } from './observations.ts';
import { doubtPerSecond } from './per-second-headers.ts';
import type { RefusalEpisode } from './refusal-episode.ts';
import { correctTaken, hasMinute, takenPerMinute } from './throughput.ts';

/** Fewer calls than these had no rate that a ramp error could mean. */
const LEAST_CALLS_OF_A_RAMP = 20;

/** What a refusal says besides its kind. */
export interface RefusalWords {
  readonly dimension?: Dimension | 'concurrency' | undefined;
  readonly stated?: Stated | undefined;
}

/**
 * A call was refused for a limit (any cause but `capacity`): any call, also one of an episode that
 * has been told of, and each once. The caller keeps in mind that it was refused, and tells neither
 * `answered` nor `ended` of it.
 */
export function refused(learning: Learning, call: TakenCall): void {
  correctTaken(learning.throughput, call.cost, {}, call.at);
  noteRefusal(learning.backoff);
  if (learning.episode !== undefined) learning.episode.refusals++;
}

/** An episode of refusals has begun, while `inFlight` calls were under way. */
export function beginEpisode(
  learning: Learning,
  limits: LimitSet,
  cause: PauseCause,
  { dimension, stated }: RefusalWords,
  call: TakenCall,
  inFlight: number,
  now: number,
): void {
  doubtPerSecond(learning.perSecond, now);
  const isOdd = stated !== undefined && statesOdd(learning, call, stated, now);
  const isNews = stated !== undefined && told(learning, limits, call, stated, now);
  // Of words that are hard to believe, nothing is concluded: another refusal has to say them too.
  const isExplained = isNews || isOdd;
  learning.episode = { cause, since: now, dimension, isExplained, inFlight, refusals: 1 };
}

/** What the episode was the cause of is known: a burst was tried, and nothing else follows. */
export function explain(learning: Learning): void {
  if (learning.episode !== undefined) learning.episode.isExplained = true;
}

/** The pause is over: draws the conclusions of the refusals that began it. */
export function resumed(learning: Learning, limits: LimitSet, now: number): void {
  const { episode, estimates, known } = learning;
  learning.episode = undefined;
  if (episode === undefined) return;
  const { cause, dimension, isExplained } = episode;
  const isLimit = cause === 'rate' || cause === 'ramp';
  if (isLimit && !isExplained) {
    if (dimension === 'concurrency' || countsNothing(estimates, known)) {
      narrow(learning, episode, now);
    } else lower(learning, limits, { ...episode, dimension }, now);
  }
  drain(limits, now, cause === 'daily', dimension);
  learning.answers = 0;
  learning.resumedAt = now;
}

function narrow(learning: Learning, { inFlight, refusals }: RefusalEpisode, now: number): void {
  // A probe that is refused has found nothing out.
  if (learning.answers === 0) return;
  lowerConcurrency(learning.concurrency, inFlight - refusals, refusals, now);
  learning.isNewsDue = true;
}

/** An episode that was not for the calls in flight. */
type RateEpisode = RefusalEpisode & { readonly dimension: Dimension | undefined };

function lower(learning: Learning, limits: LimitSet, episode: RateEpisode, now: number): void {
  const { backoff, known, throughput, answers } = learning;
  const { cause, since, dimension } = episode;
  const wasPaced = isPaced(learning);
  const isRamp = cause === 'ramp';
  const isGuess = isUnexplained(known, throughput, dimension, since);
  const hadRate = answers >= (isRamp ? LEAST_CALLS_OF_A_RAMP : 1);
  if (isGuess && hadRate) lowerGuesses(learning, limits, episode, now);
  // Where there were no limits, there was no shape that could have been wrong.
  if (!wasPaced || (isGuess && isRamp)) return;
  if (isGuess) backOffBurst(backoff, now);
  else backOff(backoff, cause, hadRate ? usedShare(learning, limits, since) : 1, now);
  tune(limits, tuningOf(backoff), now);
}

function lowerGuesses(
  learning: Learning,
  limits: LimitSet,
  { cause, since, dimension, refusals }: RateEpisode,
  now: number,
): void {
  const { estimates, known, throughput, resumedAt } = learning;
  const isMeasured = hasMinute(throughput, since);
  const wasPaused = resumedAt !== undefined && since - resumedAt < MINUTE_MS;
  const facts = { since, dimension, isMeasured, wasPaused, refusals, isRamp: cause === 'ramp' };
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
