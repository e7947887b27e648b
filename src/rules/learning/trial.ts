import type { Tuning } from '../limits/tuning.ts';
import type { AdaptiveLimit } from './adaptive-limit.ts';
import type { LimitEstimate } from './limit-estimate.ts';

/** Refusals that don't fall below this share of what they were don't come from the rate. */
const FALLEN = 1 / 3;

const STALE_MS = 600_000;

/** How careful a lane was before it became more careful. */
export interface Carelessness {
  readonly rate: AdaptiveLimit;
  readonly strictness: Tuning['strictness'];
  readonly estimates: LimitEstimate[];
  /** How many calls were allowed in flight, and whether refusals had shown that. */
  readonly inFlight: number;
  readonly wasRefused: boolean;
}

/** Calls, and those of them that were refused. */
export interface CountedCalls {
  calls: number;
  refused: number;
}

/**
 * The hypothesis that fewer calls are refused at a lower rate, under trial. `above`: what was counted
 * before the rate was low enough to show it; `below`: since.
 */
export interface Trial {
  before: Carelessness;
  startedAt: number;
  above: CountedCalls;
  below: CountedCalls;
  isBelow: boolean;
  /** Something has been lowered by now. */
  isLowered: boolean;
  /** How often estimates were lowered, and what they were after the last time. */
  steps: number;
  lowered: LimitEstimate[];
  /** A limit was exceeded by far as the rate was lowered. */
  hadPattern: boolean;
  /** Only calls that were let through since count. */
  since: number;
}

/**
 * - `open`: not enough calls yet.
 * - `refuted`: as many are refused as before. The refusals don't come from the rate.
 * - `fallen`: fewer are. - `more`: the rate must be lower still, before anything can be said.
 */
export type Verdict = 'open' | 'refuted' | 'fallen' | 'more';

export function newTrial(before: Carelessness, now: number): Trial {
  const [above, below] = [
    { calls: 0, refused: 0 },
    { calls: 0, refused: 0 },
  ];
  const state = { isBelow: false, isLowered: false, hadPattern: false, steps: 0, lowered: [] };
  return { before, startedAt: now, above, below, ...state, since: now };
}

/** Whether a trial has gone on for too long: by now, something else may have changed. */
export function isStale({ startedAt }: Trial, now: number): boolean {
  return now - startedAt > STALE_MS;
}

/** A call was answered that was let through at `at`. */
export function countInTrial(trial: Trial, at: number, isRefused: boolean): void {
  if (at < trial.since) return;
  const { above, below, isBelow } = trial;
  const counts = isBelow ? below : above;
  counts.calls++;
  if (isRefused) counts.refused++;
}

/** The rate is lower from now on; `isLow`: so low that hardly any call should be refused. */
export function lowerInTrial(trial: Trial, isLow: boolean, now: number): void {
  trial.since = now;
  trial.isBelow = isLow;
}

/**
 * What the trial shows, once `least` calls were refused, or would have been. From a share of `pattern`
 * on, refusals don't come by chance.
 */
export function verdictOf({ above, below }: Trial, least: number, pattern: number): Verdict {
  const { calls, refused } = below;
  const isEnough = refused >= least;
  if (isEnough && refused >= pattern * calls) return 'more';
  const fallen = (FALLEN * above.refused) / Math.max(1, above.calls);
  if (isEnough) {
    if (above.refused < least / 2) return 'more';
    return refused >= fallen * calls ? 'refuted' : 'fallen';
  }
  return calls * fallen >= 2 * least ? 'fallen' : 'open';
}

/** Counts anew what is refused at the present rate. */
export function countAnew(trial: Trial): void {
  trial.below = { calls: 0, refused: 0 };
}

/** Compares with the present rate from now on: with the one before, too few calls were refused. */
export function restartTrial(trial: Trial): void {
  trial.above = trial.below;
  trial.below = { calls: 0, refused: 0 };
  trial.isBelow = false;
}
