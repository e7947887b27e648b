/** What goes live at once, and when what then has no result goes live too. */
export interface Split {
  /** Of all calls, from 0 to 1. */
  readonly liveShare: number;
  /** From now; `undefined` where batches are waited for, however long they take. */
  readonly fallbackMs: number | undefined;
}

/** The vendor may take so long to end a batch that is canceled (OpenAI's reference, 2026-11). */
const CANCEL_MS = 600_000;
/** A plan is right within 3 %. */
const PLAN_MARGIN = 1.05;

/**
 * How to keep a deadline with batches that promise nothing before it.
 *
 * Where all calls could be sent live in time, all go into batches, and what has no result at the
 * last moment at which it can still go live does so. Else as many as can go live in time do so at
 * once, and the others are left to batches.
 *
 * @param liveMs how long all calls take live, as planned
 */
export function splitFor(liveMs: number, deadlineMs: number): Split {
  const needMs = liveMs * PLAN_MARGIN;
  const untilMs = deadlineMs - Math.min(CANCEL_MS, deadlineMs / 10);
  if (needMs <= untilMs) return { liveShare: 0, fallbackMs: untilMs - needMs };
  return { liveShare: Math.min(1, deadlineMs / needMs), fallbackMs: undefined };
}
