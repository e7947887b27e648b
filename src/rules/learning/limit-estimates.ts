import { type Dimension, MINUTE_MS, type Subject } from '../../model/limits.ts';
import { busyMs } from '../limits/limit-levels.ts';
import type { LimitSet } from '../limits/limit-set.ts';
import { isSameLimit, isSure, type MeteredLimit } from '../limits/metered-limit.ts';
import { CUT, lowerTo } from './adaptive-limit.ts';
import {
  find,
  forgetGuesses,
  isShort,
  type KnownLimits,
  learnEstimate,
  upstreamOf,
} from './known-limits.ts';
import {
  copyEstimate,
  LEAST_SHARE,
  type LimitEstimate,
  lowerEstimate,
  newLimitEstimate,
  type RefusedMinute,
  raiseEstimate,
} from './limit-estimate.ts';
import { type Throughput, takenInMinute, takenPerMinute } from './throughput.ts';

/** What most hosts count, where nothing is known of one. */
const USUAL_MEASURES: readonly Subject[] = [
  { dimension: 'requests', windowMs: MINUTE_MS },
  { dimension: 'tokens', windowMs: MINUTE_MS },
];
/** A limit that has been holding the line up for so long is used. */
const USED_MS = 45_000;
/** The limits of one lane that nobody has stated: guessed, and found by trying. */
export interface LimitEstimates {
  /** What the host counts. */
  measures: Subject[];
  estimates: LimitEstimate[];
}

/** An episode of refusals, as all limits see it. */
export interface RefusedTry extends Omit<RefusedMinute, 'taken' | 'least'> {
  readonly since: number;
  /** What calls were refused for, where that was said. */
  readonly dimension: Dimension | undefined;
  /** What estimates were, where the refusals may have come by chance: half of it is left at least. */
  readonly before?: readonly LimitEstimate[] | undefined;
}

export function newLimitEstimates(
  known: KnownLimits,
  measures: readonly Subject[] = USUAL_MEASURES,
  now: number,
): LimitEstimates {
  const guesses = upstreamOf(known).filter((each) => each.source === 'guess' && isShort(each));
  const estimates = guesses.map((limit) => estimateOf(limit, now));
  return { measures: [...measures], estimates };
}

/** Whether the host limits nothing but the calls in flight. */
export function countsNothing({ measures }: LimitEstimates, known: KnownLimits): boolean {
  return measures.length === 0 && upstreamOf(known).length === 0;
}

/** Calls were refused, for a dimension where that was said: makes or lowers estimates. */
export function lowerEstimates(
  estimates: LimitEstimates,
  known: KnownLimits,
  throughput: Throughput,
  refused: RefusedTry,
  now: number,
): void {
  const { dimension, since, isRamp, before } = refused;
  const isLimit = before === undefined;
  for (const subject of mayBeExceeded(estimates, known, dimension, isLimit)) {
    const taken = takenOf(throughput, subject.dimension, since, isRamp);
    if (taken <= 0) continue;
    const estimate = estimateFor(estimates, known, subject, now);
    lowerEstimate(estimate, { ...refused, taken, least: floorOf(before ?? [], subject) }, now);
    adopt(known, estimate);
  }
}

/** A call was answered. Returns whether an estimate was raised. */
export function raiseEstimates(
  { estimates }: LimitEstimates,
  known: KnownLimits,
  limits: LimitSet,
  now: number,
): boolean {
  let isRaised = false;
  for (const estimate of estimates) {
    if (!raiseEstimate(estimate, busyMs(limits, estimate, now) >= USED_MS, now)) continue;
    adopt(known, estimate);
    isRaised = true;
  }
  return isRaised;
}

/**
 * Calls were refused that were not followed by others: lowers what may be exceeded by a fifth; where
 * there is no limit yet, to half of what is let through. Not below half of `before`, or of what was
 * let through. Returns whether each is so low now. Where nothing says which limit was meant, fewer
 * requests are enough of a test: tokens fall with them.
 */
export function lowerEstimatesALittle(
  estimates: LimitEstimates,
  known: KnownLimits,
  throughput: Throughput,
  refused: Pick<RefusedTry, 'dimension'> & { readonly before: readonly LimitEstimate[] },
  now: number,
): boolean {
  const { dimension = 'requests', before } = refused;
  const lowered = mayBeExceeded(estimates, known, dimension, false).map((subject) => {
    const estimate = estimateFor(estimates, known, subject, now);
    const { limit } = estimate;
    const taken = takenPerMinute(throughput, subject.dimension, now);
    const isNew = !Number.isFinite(limit);
    const floor = Math.max(1, floorOf(before, subject) ?? (isNew ? LEAST_SHARE * taken : limit));
    if (limit > floor) lowerTo(estimate, isNew ? floor : Math.max(floor, CUT * limit), now);
    adopt(known, estimate);
    return estimate.limit <= floor;
  });
  return lowered.every((isLow) => isLow);
}

/** Half of what an estimate was; `undefined` where there was none. */
function floorOf(before: readonly LimitEstimate[], subject: Subject): number | undefined {
  const start = find(before, subject)?.limit;
  return start === undefined || !Number.isFinite(start) ? undefined : LEAST_SHARE * start;
}

/** Takes back what estimates were raised by since they were lowered to those. */
export function keepLowered(
  { estimates }: LimitEstimates,
  known: KnownLimits,
  lowered: readonly LimitEstimate[],
): void {
  for (const estimate of estimates) {
    const before = lowered.find((each) => isSameLimit(each, estimate));
    if (before === undefined || before.limit >= estimate.limit) continue;
    estimate.limit = before.limit;
    adopt(known, estimate);
  }
}

/** What refusals had lowered is as it was before them, unless it has become known. */
export function restoreEstimates(
  estimates: LimitEstimates,
  known: KnownLimits,
  before: readonly LimitEstimate[],
): void {
  const upstream = upstreamOf(known);
  const isGuess = (subject: Subject): boolean =>
    upstream.every((limit) => !isSameLimit(limit, subject) || limit.source === 'guess');
  const lowered = estimates.estimates.filter(isGuess);
  estimates.estimates = before.filter(isGuess).map(copyEstimate);
  forgetGuesses(known, lowered);
  for (const each of estimates.estimates) if (Number.isFinite(each.limit)) adopt(known, each);
}

/** Limits have become known: what was estimated of them doesn't count any more. */
export function forgetEstimates(estimates: LimitEstimates, known: readonly Subject[]): void {
  estimates.estimates = estimates.estimates.filter(
    (estimate) => !known.some((each) => isSameLimit(each, estimate)),
  );
}

/** Guesses are in force again: they are found by trying from here. */
export function resumeEstimates(
  { estimates }: LimitEstimates,
  known: KnownLimits,
  now: number,
): void {
  for (const limit of upstreamOf(known)) {
    const isKnown = estimates.some((each) => isSameLimit(each, limit));
    if (limit.source !== 'guess' || !isShort(limit) || isKnown) continue;
    estimates.push(resumed(limit, find(known.start, limit), now));
  }
}

/**
 * What may have been exceeded: the limits that aren't sure, and what the host counts. Unless a limit
 * was exceeded for sure (`isLimit`), what paces the lane already is enough; or else requests.
 */
function mayBeExceeded(
  { measures }: LimitEstimates,
  known: KnownLimits,
  dimension: Dimension | undefined,
  isLimit: boolean,
): Subject[] {
  const upstream = upstreamOf(known);
  const isMeant = (each: Subject): boolean =>
    isShort(each) && (dimension === undefined || each.dimension === dimension);
  const unsure = upstream.filter((limit) => !isSure(limit) || limit.source === 'given');
  const pacing = unsure.filter(isMeant);
  if (!isLimit && pacing.length > 0) return pacing;
  const counted = measures.filter((each) => !upstream.some((limit) => isSameLimit(limit, each)));
  if (dimension === undefined && isLimit) return [...unsure, ...counted].filter(isShort);
  const named = dimension ?? 'requests';
  const all = [...pacing, ...counted.filter(isShort)].filter((each) => each.dimension === named);
  return all.length > 0 ? all : [{ dimension: named, windowMs: MINUTE_MS }];
}

/** A ramp is judged by the rate, however long it has been going; any other limit by the amount. */
function takenOf(
  throughput: Throughput,
  dimension: Dimension,
  since: number,
  isRamp: boolean,
): number {
  const taken = isRamp ? takenPerMinute : takenInMinute;
  return taken(throughput, dimension, since);
}

function estimateFor(
  { estimates }: LimitEstimates,
  { inForce }: KnownLimits,
  subject: Subject,
  now: number,
): LimitEstimate {
  const known = estimates.find((each) => isSameLimit(each, subject));
  if (known !== undefined) return known;
  const limit = inForce.find((each) => isSameLimit(each, subject));
  const made = limit ? estimateOf(limit, now) : newLimitEstimate(subject, Infinity, Infinity, now);
  estimates.push(made);
  return made;
}

function adopt(known: KnownLimits, { dimension, windowMs, limit }: LimitEstimate): void {
  learnEstimate(known, { dimension, windowMs, max: (limit * windowMs) / MINUTE_MS });
}

/** A guess that begins where a limit was: what was given or published bounds it. */
function resumed(limit: MeteredLimit, start: MeteredLimit | undefined, now: number): LimitEstimate {
  if (start === undefined) return estimateOf(limit, now);
  const perMinute = (limit.max * MINUTE_MS) / limit.windowMs;
  return newLimitEstimate(limit, perMinute, estimateOf(start, now).most, now);
}

/** A given or published limit is an upper bound, a guess none. */
function estimateOf(limit: MeteredLimit, now: number): LimitEstimate {
  const perMinute = (limit.max * MINUTE_MS) / limit.windowMs;
  const most = limit.source === 'guess' ? Number.POSITIVE_INFINITY : perMinute;
  return newLimitEstimate(limit, perMinute, most, now);
}
