import {
  type AdaptiveLimit,
  DOUBLE,
  isBelowMost,
  isQuiet,
  lowerTo,
  newAdaptiveLimit,
  raiseTo,
} from './adaptive-limit.ts';
import {
  countAnswer,
  isProbeDue,
  newProbeSchedule,
  type ProbeSchedule,
  probeFailed,
  probeSucceeded,
} from './probe-schedule.ts';

/**
 * How many calls may be in flight, learned from refusals: what was in flight and wasn't refused;
 * then one more from time to time, as long as none is.
 */
export interface Concurrency extends AdaptiveLimit {
  /** Whether refusals have shown the limit: else it is a guess. */
  wasRefused: boolean;
  probes: ProbeSchedule;
}

/** `start`: what is published, or guessed; `most`: what is surely not to be exceeded. */
export interface ConcurrencyBounds {
  readonly start: number;
  readonly most: number;
}

export function newConcurrency({ start, most }: ConcurrencyBounds, now: number): Concurrency {
  const limit = newAdaptiveLimit(Math.min(start, most), most, now);
  return { ...limit, wasRefused: false, probes: newProbeSchedule() };
}

/** Goes on with other bounds; what refusals have shown stays, as far as it is within them. */
export function configureConcurrency(
  concurrency: Concurrency,
  { start, most }: ConcurrencyBounds,
): void {
  concurrency.most = most;
  concurrency.limit = Math.min(concurrency.wasRefused ? concurrency.limit : start, most);
}

/** Calls were refused, while `accepted` others were in flight. */
export function lowerConcurrency(
  concurrency: Concurrency,
  accepted: number,
  refusals: number,
  now: number,
): void {
  lowerTo(concurrency, Math.max(1, Math.min(accepted, concurrency.limit)), now);
  concurrency.wasRefused = true;
  probeFailed(concurrency.probes, refusals, now);
}

/** The provider has said how many. Returns whether that is news. */
export function stateConcurrency(concurrency: Concurrency, limit: number): boolean {
  const before = concurrency.limit;
  concurrency.limit = Math.min(concurrency.most, limit);
  concurrency.wasRefused = true;
  return concurrency.limit !== before;
}

/** A call was answered; `isUsed`: as many were in flight as may be. Returns whether it was raised. */
export function raiseConcurrency(concurrency: Concurrency, isUsed: boolean, now: number): boolean {
  const { probes, wasRefused, limit } = concurrency;
  countAnswer(probes);
  if (!isBelowMost(concurrency) || !isUsed) return false;
  if (!(wasRefused ? isProbeDue(probes, now) : isQuiet(concurrency, now))) return false;
  raiseTo(concurrency, wasRefused ? limit + 1 : DOUBLE * limit, now);
  probeSucceeded(probes, now);
  return true;
}
