import type { PauseCause } from '../../model/refusal.ts';
import { drain, type LimitSet } from '../limits/limit-set.ts';
import type { GrantedCall } from '../ticket.ts';
import { areTooMany, noteRefusal } from './backoff.ts';
import { judgeTrial, lowerOnTrial, mayLower } from './caution.ts';
import type { Learning, TakenCall } from './learning.ts';
import { countsNothing } from './limit-estimates.ts';
import { lower, lowerALittle, narrow, narrowByOne } from './lowering.ts';
import { statesOdd, told } from './observations.ts';
import { doubtPerSecond } from './per-second-headers.ts';
import type { RefusalWords } from './refusal-episode.ts';
import { areStrays, isRefuted } from './strays.ts';
import { correctTaken } from './throughput.ts';

/** Stray refusals go on for so long before a lower rate is tried. */
const UNTRIED_MS = 10_000;

/**
 * A call was refused for a limit (any cause but `capacity`): any call, also one of an episode that
 * has been told of, and each once. The caller keeps in mind that it was refused, and tells neither
 * `answered` nor `ended` of it.
 */
export function refused(
  learning: Learning,
  limits: LimitSet,
  call: GrantedCall,
  now: number,
): void {
  correctTaken(learning.throughput, call.cost, {}, call.at);
  noteRefusal(learning.backoff, now);
  if (learning.episode !== undefined) learning.episode.refusals++;
  judgeTrial(learning, limits, call, true, now);
}

/** Whether a refusal has nothing to do with the rate: only its own call has to wait. */
export function isUnrelated({ strays }: Learning, cause: PauseCause, now: number): boolean {
  return cause === 'rate' && areStrays(strays, now);
}

/** A call was refused that has to wait alone, while `inFlight` calls were under way. */
export function strayed(
  learning: Learning,
  limits: LimitSet,
  { dimension, stated, isRepeat }: RefusalWords,
  call: TakenCall,
  inFlight: number,
  now: number,
): void {
  const { strays, backoff, estimates, known } = learning;
  if (stated !== undefined && told(learning, limits, call, stated, now, isRepeat)) return;
  if (isRefuted(strays, now) || !mayLower(learning)) return;
  if (dimension === 'concurrency' || countsNothing(estimates, known)) {
    lowerOnTrial(
      learning,
      ({ before }) => narrowByOne(learning, before.inFlight, inFlight, now),
      now,
    );
  } else if (areTooMany(backoff) && now - strays.since >= UNTRIED_MS) {
    lowerOnTrial(
      learning,
      ({ before }) => lowerALittle(learning, limits, dimension, before, now),
      now,
    );
  }
}

/** An episode of refusals has begun, while `inFlight` calls were under way. */
export function beginEpisode(
  learning: Learning,
  limits: LimitSet,
  cause: PauseCause,
  { dimension, stated, isRepeat }: RefusalWords,
  call: TakenCall,
  inFlight: number,
  now: number,
): void {
  doubtPerSecond(learning.perSecond, now);
  const isOdd = stated !== undefined && statesOdd(learning, call, stated, now);
  const isNews = stated !== undefined && told(learning, limits, call, stated, now, isRepeat);
  // Of words that are hard to believe, nothing is concluded: another refusal has to say them too.
  const isExplained = isNews || isOdd;
  learning.episode = { cause, since: now, dimension, isExplained, inFlight, refusals: 1 };
}

/** What the episode was the cause of is known: a burst was tried, and nothing else follows. */
export function explain(learning: Learning): void {
  if (learning.episode !== undefined) learning.episode.isExplained = true;
}

/**
 * The pause is over: draws the conclusions of the refusals that began it. Returns whether they were
 * strays: all may go on as before.
 */
export function resumed(learning: Learning, limits: LimitSet, now: number): boolean {
  const { episode, estimates, known } = learning;
  learning.episode = undefined;
  if (episode === undefined) return false;
  const { cause, dimension, isExplained } = episode;
  const isStray = !isExplained && isUnrelated(learning, cause, now);
  const isLimit = cause === 'rate' || cause === 'ramp';
  if (isLimit && !isExplained && !isStray && mayLower(learning)) {
    if (dimension === 'concurrency' || countsNothing(estimates, known)) {
      narrow(learning, episode, now);
    } else lower(learning, limits, { ...episode, dimension }, now);
  }
  if (!isStray && cause !== 'daily') drain(limits, now, dimension);
  learning.answers = 0;
  learning.resumedAt = now;
  return isStray;
}
