import { type Dimension, MINUTE_MS, SECOND_MS } from '../../model/limits.ts';
import type { Sighting } from '../limits/metered-limit.ts';

/** What is left of a limit and back so soon may be that of a second, whatever the limit's window. */
const SOON_MS = 2 * SECOND_MS;
/** A server that counts by the second never shows more of a minute's limit left than this. */
const MOST_LEFT = (1.5 * SOON_MS) / MINUTE_MS;
/** Where so much of what is used up is ours, it may well be. */
const EXPLAINED = 0.5;
/** What was taken to be of a second is so until the headers say something else. */
const CONFIRMED_AFTER_MS = 3 * SECOND_MS;
/** After so many refusals within a minute in spite of that, what is shown counts for so long. */
const MOST_REFUSALS = 3;
const DISPROVED_MS = 10 * MINUTE_MS;

/**
 * Ignores `remaining` where it describes one second although `limit` is per minute: next to nothing
 * is left, and all of it back at once, though hardly any was used. Taken for the minute's, it would
 * stop a lane.
 */
export interface PerSecondHeaders {
  /** By dimension, since when nothing else has been shown. */
  since: Partial<Record<Dimension, number>>;
  /** When calls were refused in spite of that, within a minute. */
  refusals: number[];
  /** Until then, what is shown counts. */
  disprovedUntil: number;
}

export function newPerSecondHeaders(): PerSecondHeaders {
  return { since: {}, refusals: [], disprovedUntil: Number.NEGATIVE_INFINITY };
}

/**
 * What is shown, without the rest that is a second's. `ourShare`: the part of the limit that was let
 * through here in the minute before.
 */
export function corrected(
  headers: PerSecondHeaders,
  sighting: Sighting,
  ourShare: number,
  now: number,
): Sighting {
  const isOfSecond = isPerSecond(headers, sighting, ourShare, now);
  return isOfSecond ? { ...sighting, remaining: undefined } : sighting;
}

/** Calls were refused: a burst was too large, or what is shown is true. */
export function doubtPerSecond(headers: PerSecondHeaders, now: number): void {
  if (Object.keys(headers.since).length === 0) return;
  headers.refusals = [...headers.refusals.filter((at) => now - at < MINUTE_MS), now];
  if (headers.refusals.length < MOST_REFUSALS) return;
  headers.refusals = [];
  headers.since = {};
  headers.disprovedUntil = now + DISPROVED_MS;
}

function isPerSecond(
  headers: PerSecondHeaders,
  { dimension, windowMs, max, remaining, resetMs }: Sighting,
  ourShare: number,
  now: number,
): boolean {
  if (remaining === undefined || resetMs === undefined) return false;
  const isSoon = resetMs <= SOON_MS && remaining <= MOST_LEFT * max;
  if (windowMs !== MINUTE_MS || !isSoon || now < headers.disprovedUntil) {
    delete headers.since[dimension];
    return false;
  }
  const since = headers.since[dimension] ?? now;
  const isExplained = ourShare >= EXPLAINED * (1 - remaining / max);
  if (isExplained && now - since < CONFIRMED_AFTER_MS) return false;
  headers.since[dimension] = since;
  return true;
}
