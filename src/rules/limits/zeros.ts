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

/** Another response has come to a call that passed. */
export function countZero(zeros: Zeros, { remaining, sentAt }: Reading, now: number): Zeros {
  if (remaining > 0) return NO_ZEROS;
  return sentAt >= zeros.at ? { count: Math.min(MOST, zeros.count + 1), at: now } : zeros;
}

/** Whether so many calls have passed in spite of it that responses can't mean it. */
export function areRefuted({ count }: Zeros): boolean {
  return count >= MOST;
}
