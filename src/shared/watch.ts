import type { Next } from './value-rules.ts';

/** What a member that isn't the writer knows, in its own clock's time. */
export interface Outlook {
  /** When it heard of the value last. */
  readonly newsAt: number;
  readonly isSecond: boolean;
  readonly isWaiting: boolean;
  /** Messages to it arrive, and the cell takes notes. */
  readonly canAsk: boolean;
  /** When it asked something that wasn't answered yet. */
  readonly askedAt: number | undefined;
  readonly roundTripMs: number;
  readonly next: Next | undefined;
  readonly isNext: boolean;
}

/** How often the second looks after the writer while anything is due. */
const WATCH_MS = 100;
/** How long a value that was lost is left to whoever holds a newer one. */
export const EMPTY_MS = 150;
/** How long the writer may take to answer, beside some round trips. */
export const ANSWER_MS = 150;
/** When those look who are neither writer nor second, should both be gone. */
const OTHERS_MS = 400;
const IDLE_LOOK_MS = 1000;
/** How long a member without messages waits before it looks again: less than an answer lasts. */
const DEAF_LOOK_MS = 80;

/** When to look into the cell, unless there is news before. @param chance - at least 0, below 1 */
export function lookAt(outlook: Outlook, chance: number): number {
  const { newsAt, isSecond, isWaiting, canAsk, askedAt, roundTripMs, next, isNext } = outlook;
  const looks: number[] = [];
  if (askedAt !== undefined) looks.push(askedAt + (ANSWER_MS + 4 * roundTripMs) * (1 + chance / 2));
  if (isSecond && next !== undefined) looks.push(newsAt + WATCH_MS);
  if (isWaiting && !canAsk) {
    looks.push(newsAt + DEAF_LOOK_MS * (1 + chance / 2));
    if (isNext && next !== undefined) looks.push(next.at);
  }
  if (isWaiting && canAsk) {
    const since = next === undefined ? newsAt + IDLE_LOOK_MS : Math.max(next.at, newsAt);
    looks.push(since + OTHERS_MS * (1 + chance / 2));
  }
  return Math.min(...looks);
}

/** Something was due for so long that its writer must be stalled or dead. */
const OVERDUE_MS = 50;

export function isOverdue(next: Next | undefined, now: number): boolean {
  return next !== undefined && now > next.at + OVERDUE_MS;
}
