import { type Dimension, MINUTE_MS } from '../../model/limits.ts';
import { isSure, type MeteredLimit } from '../limits/metered-limit.ts';
import { isShort, type KnownLimits, upstreamOf } from './known-limits.ts';
import { hasMinute, type Throughput, takenWithin } from './throughput.ts';

/** A given limit of which less than this share was taken, and no more was possible, is wrong. */
const FAR_OFF = 0.3;
/** What is let through after a pause shows after so long how much is possible. */
const STRETCH_MS = 10_000;

/** What was possible before a refusal, at `since`. */
export interface Possible {
  readonly since: number;
  /** When the last pause before it ended. */
  readonly resumedAt: number | undefined;
  /** The share of the limits that was to be used. */
  readonly share: number;
}

/** Whether a refusal for `dimension`, where that was said, can be for none of the sure limits. */
export function isUnexplained(
  known: KnownLimits,
  throughput: Throughput,
  dimension: Dimension | undefined,
  possible: Possible,
): boolean {
  const sure = upstreamOf(known).filter((limit) => isShort(limit) && isSure(limit));
  const meant = sure.filter((limit) => limit.dimension === (dimension ?? limit.dimension));
  return meant.every((limit) => limit.source === 'given' && isFarOff(limit, throughput, possible));
}

/**
 * Whether hardly any of a given limit could be used before a refusal: in the minute before it, or
 * since a pause that has taken much of that minute.
 */
function isFarOff(
  limit: MeteredLimit,
  throughput: Throughput,
  { since, resumedAt = Number.NEGATIVE_INFINITY, share }: Possible,
): boolean {
  if (!hasMinute(throughput, since)) return false;
  const stretchMs = since - resumedAt;
  const windowMs = stretchMs < STRETCH_MS ? MINUTE_MS : Math.min(stretchMs, MINUTE_MS);
  const taken = takenWithin(throughput, limit.dimension, windowMs, since);
  return taken < (FAR_OFF * share * limit.max * windowMs) / limit.windowMs;
}
