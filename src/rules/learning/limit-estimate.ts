import type { Dimension, Subject } from '../../model/limits.ts';
import {
  type AdaptiveLimit,
  CUT,
  DOUBLE,
  isBelowMost,
  isQuiet,
  lowerTo,
  newAdaptiveLimit,
  RAMP_STEP,
  raiseTo,
  STEP,
} from './adaptive-limit.ts';
import {
  countAnswer,
  isProbeDue,
  newProbeSchedule,
  type ProbeSchedule,
  probeFailed,
  probeSucceeded,
} from './probe-schedule.ts';

/** An episode of refusals, as one limit sees it. */
export interface RefusedMinute {
  /** What the provider took in the minute before, in the limit's dimension. */
  readonly taken: number;
  /** Whether there was such a minute: else more may be possible. */
  readonly isMeasured: boolean;
  /** Whether the lane was paused in that minute: then surely more is. */
  readonly wasPaused: boolean;
  readonly refusals: number;
  /** Refused because load had grown too fast. */
  readonly isRamp: boolean;
  /** The share of the estimate that is left at most. @default four fifths */
  readonly cut?: number | undefined;
  /** What is left at least, where nothing proves that a guess was exceeded: more is tried soon. */
  readonly least?: number | undefined;
}

/**
 * Neither a minute with a pause in it nor a refusal that shows no pattern proves that less is possible
 * than this share of an estimate.
 */
export const LEAST_SHARE = 0.5;

/**
 * A limit that nobody has stated, found by trying: lowered to what was taken when calls are refused,
 * raised again while it is used and nothing is refused. The figure is for a minute, whatever the
 * limit's window.
 */
export interface LimitEstimate extends AdaptiveLimit {
  readonly dimension: Dimension;
  readonly windowMs: number;
  /** What was last refused, less a fifth: below it, nothing speaks against more. Infinite: nothing was. */
  ceiling: number;
  probes: ProbeSchedule;
}

/** `most`: what it is never raised above, in a minute. */
export function newLimitEstimate(
  { dimension, windowMs }: Subject,
  perMinute: number,
  most: number,
  now: number,
): LimitEstimate {
  const limit = newAdaptiveLimit(perMinute, most, now);
  const ceiling = Number.POSITIVE_INFINITY;
  return { dimension, windowMs, ...limit, ceiling, probes: newProbeSchedule() };
}

export function copyEstimate(estimate: LimitEstimate): LimitEstimate {
  return { ...estimate, probes: { ...estimate.probes } };
}

/** Calls were refused in spite of it. */
export function lowerEstimate(
  estimate: LimitEstimate,
  { taken, isMeasured, wasPaused, refusals, isRamp, cut = CUT, least = 0 }: RefusedMinute,
  now: number,
): void {
  const before = estimate.limit;
  const isKnown = Number.isFinite(before);
  const share = wasPaused && isKnown ? LEAST_SHARE * before : 0;
  const passed = isRamp ? CUT * taken : taken;
  lowerTo(estimate, Math.max(1, least, share, Math.min(passed, cut * before)), now);
  const mayBeChance = least > 0 && estimate.ceiling === Number.POSITIVE_INFINITY;
  if (isMeasured && !mayBeChance) estimate.ceiling = isKnown ? CUT * before : taken;
  estimate.isRamping ||= isRamp;
  probeFailed(estimate.probes, refusals, now);
}

/** A call was answered; `isUsed`: as many as it allows were. Returns whether it was raised. */
export function raiseEstimate(estimate: LimitEstimate, isUsed: boolean, now: number): boolean {
  countAnswer(estimate.probes);
  if (!isBelowMost(estimate) || !isQuiet(estimate, now) || !isUsed) return false;
  const next = nextOf(estimate, now);
  if (next === undefined) return false;
  raiseTo(estimate, next, now);
  return true;
}

/** What it is raised to, if it is. */
function nextOf(estimate: LimitEstimate, now: number): number | undefined {
  const { limit, ceiling, isRamping, probes } = estimate;
  if (isRamping) return RAMP_STEP * limit;
  if (ceiling === Number.POSITIVE_INFINITY) return DOUBLE * limit;
  if (limit < ceiling) return Math.min(ceiling, STEP * limit);
  if (!isProbeDue(probes, now)) return undefined;
  probeSucceeded(probes, now);
  estimate.ceiling = STEP * limit;
  return estimate.ceiling;
}
