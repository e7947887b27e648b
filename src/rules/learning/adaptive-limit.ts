/** What was refused is taken to be too high by this. */
export const CUT = 0.8;
/** A limit that nothing has contradicted is doubled in each quiet minute in which it was used. */
export const DOUBLE = 2;
/** One that was refused comes back in steps of a tenth. */
export const STEP = 1.1;
const QUIET_MS = 60_000;
/**
 * After a ramp error load may grow by half in a quarter of an hour (OpenAI's guide, 2026-08): half
 * of that in half the time, to stay below.
 */
export const RAMP_STEP = 1.2;
const RAMP_QUIET_MS = 450_000;

/**
 * A limit that refusals lower and quiet time raises, step by step. The rate, the estimates of
 * limits and the number of calls in flight are such limits; how far each is lowered, and by which
 * step it is raised, is their own.
 *
 * Invariant: raising never takes it above `most`.
 */
export interface AdaptiveLimit {
  limit: number;
  most: number;
  /** Calls were refused because load had grown too fast: the limit grows more slowly. */
  isRamping: boolean;
  changedAt: number;
}

export function newAdaptiveLimit(limit: number, most: number, now: number): AdaptiveLimit {
  return { limit, most, isRamping: false, changedAt: now };
}

export function lowerTo(adaptive: AdaptiveLimit, limit: number, now: number): void {
  adaptive.limit = limit;
  adaptive.changedAt = now;
}

export function raiseTo(adaptive: AdaptiveLimit, limit: number, now: number): void {
  adaptive.limit = Math.min(adaptive.most, limit);
  adaptive.changedAt = now;
}

/** Whether there is room above the limit. */
export function isBelowMost({ limit, most }: AdaptiveLimit): boolean {
  return limit < most;
}

/** Whether the limit has been the same for long enough to be raised. */
export function isQuiet({ isRamping, changedAt }: AdaptiveLimit, now: number): boolean {
  return now - changedAt >= (isRamping ? RAMP_QUIET_MS : QUIET_MS);
}
