import { MINUTE_MS } from '../../model/limits.ts';
import type { MeteredLimit } from './metered-limit.ts';
import type { Reading } from './server-balance.ts';

/** So many responses in a row are contradicted by the calls that pass. */
const MOST = 5;

/** Responses in a row that show nothing to be left, each to a call that was sent after the one before. */
export interface Zeros {
  readonly count: number;
  /** When the last of them came. */
  readonly at: number;
}

export const NO_ZEROS: Zeros = { count: 0, at: Number.NEGATIVE_INFINITY };

/**
 * Another response has come to a call that passed. Waits for limits of more than a minute are long:
 * of these, two such responses contradict each other where nothing has flowed in between, or where
 * no response has shown more before (`isNew`).
 */
export function countZero(
  zeros: Zeros,
  { windowMs }: MeteredLimit,
  reading: Reading,
  isNew: boolean,
  now: number,
): Zeros {
  const { remaining, sentAt } = reading;
  if (remaining > 0) return NO_ZEROS;
  const afterMs = sentAt - zeros.at;
  const isLater = afterMs >= 0;
  const isAgain = windowMs > MINUTE_MS && zeros.count > 0;
  if (isAgain && (isLater ? flowedIn(reading, windowMs, afterMs) < 1 : isNew))
    return { count: MOST, at: now };
  return isLater ? { count: Math.min(MOST, zeros.count + 1), at: now } : zeros;
}

/** Whether so many calls have passed in spite of it that responses can't mean it. */
export function areRefuted({ count }: Zeros): boolean {
  return count >= MOST;
}

/** By what the server says: after its reset an empty limit is unused again. */
function flowedIn({ limit, resetMs }: Reading, windowMs: number, ms: number): number {
  const emptyMs = resetMs ?? windowMs;
  return emptyMs > 0 ? (limit * ms) / emptyMs : Number.POSITIVE_INFINITY;
}
