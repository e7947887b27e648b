import { isUpstream, MINUTE_MS, SECOND_MS, type Shape } from '../../model/limits.ts';
import type { PacedLimit, Stage } from './burst-state.ts';
import type { BurstTrial } from './burst-trial.ts';
import type { PaceTerms } from './limit-policy.ts';
import type { MeteredLimit } from './metered-limit.ts';

export const TEN_SECONDS_MS: number = 10 * SECOND_MS;
/** So many bursts must pass until a second is no limit. */
export const SECOND_BURSTS = 2;
/** A profile with no more than this has nothing to be tried. */
const MOST_SURE_SECONDS = 10;

/** What the pace of a limit is to be based on by now. */
export function stageOf(paced: PacedLimit, { policy, tuning }: PaceTerms, now: number): Stage {
  const { limit, burst } = paced;
  if (policy.isShapeGiven || !isTried(limit)) return 'known';
  const shape = policy.shapes[limit.dimension];
  if (isBelieved(paced)) return shape.isUnknown === true ? 'perSecond' : 'known';
  const mayTry = (trial: BurstTrial): boolean => tuning.strictness === 0 && now >= trial.heldUntil;
  if (mayBeSliced(paced, shape))
    return mayTry(burst.second) && !isSingle(paced) ? 'tryPerSecond' : 'perSecond';
  const isUnknown = shape.isUnknown === true || isContradicted(paced, shape);
  if (!(isUnknown || mayBeShort(limit, shape)) || !isTen(paced)) return 'known';
  return mayTryTen(limit) && mayTry(burst.ten) ? 'tryTenSeconds' : 'tenSeconds';
}

/** Whether the host may count by the second, as far as is known. */
function mayBeSliced({ limit, burst }: PacedLimit, shape: Shape): boolean {
  const isUnknown = shape.isUnknown === true || isContradicted({ limit, burst }, shape);
  return isUnknown && burst.second.passed < SECOND_BURSTS && burst.readAs !== 'bucket';
}

/**
 * Of limits that were learned, only that of all tokens is tried: of requests, eight seconds' worth is
 * enough for a start, and input and output would each cost two refused calls.
 */
function mayTryTen({ source, dimension }: MeteredLimit): boolean {
  return source === 'given' || dimension === 'tokens';
}

/** Whether a bucket of ten seconds would be a finer limit, as far as is known. */
function isTen({ limit, burst }: PacedLimit): boolean {
  return limit.windowMs > TEN_SECONDS_MS && burst.ten.passed === 0;
}

/** Neither given nor shown: that the limit is so high is a belief. */
export function isBelieved({ limit, burst }: PacedLimit): boolean {
  return limit.source !== 'given' && !burst.isSeen;
}

/**
 * A call a second or less, neither given nor shown by a response: too few calls would pass to make up
 * for those that are refused if it is wrong.
 */
function isSingle({ limit, burst }: PacedLimit): boolean {
  const perSecond = (limit.max * SECOND_MS) / limit.windowMs;
  const isSure = limit.source === 'given' || burst.isSeen;
  return limit.dimension === 'requests' && perSecond <= 1 && !isSure;
}

/** Whether a known host may allow a shorter burst than its profile says. What was given is believed. */
function mayBeShort({ source }: MeteredLimit, { enforcement, burstSeconds }: Shape): boolean {
  return source !== 'given' && enforcement !== 'fixed' && burstSeconds > MOST_SURE_SECONDS;
}

/** A limit that may be counted in shorter times than its own, as far as that matters here. */
export function isTried(limit: MeteredLimit): boolean {
  return isUpstream(limit) && limit.windowMs > SECOND_MS && limit.windowMs <= MINUTE_MS;
}

/** Whether resets speak against a bucket. What was given is believed. */
export function isContradicted({ limit, burst }: PacedLimit, { enforcement }: Shape): boolean {
  return enforcement === 'bucket' && limit.source !== 'given' && burst.readAs === 'window';
}
