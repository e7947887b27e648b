import { othersShare } from '../limits/limit-levels.ts';
import type { LimitSet } from '../limits/limit-set.ts';
import type { MeteredLimit } from '../limits/metered-limit.ts';
import { passes } from './event-throttle.ts';
import type { Learning } from './learning.ts';
import { isNews } from './steady-share.ts';

/** What is told of a lane's limits. */
export interface LimitNews {
  /** Given limits that the provider's answers have just lowered. */
  readonly lowered: MeteredLimit[];
  /** The share of a limit, from 0 to 1, that others on the same account use. */
  readonly othersShare: number;
}

/**
 * What is new, if anything is, and if not too much was told lately: the limits to begin with, and
 * each change, though not every flicker. To be asked once after each command that may bring news.
 */
export function takeNews(learning: Learning, limits: LimitSet, now: number): LimitNews | undefined {
  if (!learning.isNewsUrgent && !isTimely(learning, limits, now)) return undefined;
  const { lowered, others } = learning;
  learning.isNewsDue = false;
  learning.isNewsUrgent = false;
  learning.lowered = [];
  return { lowered, othersShare: others.told };
}

function isTimely(learning: Learning, limits: LimitSet, now: number): boolean {
  if (isNews(learning.others, othersShare(limits, now), now)) learning.isNewsDue = true;
  return learning.isNewsDue && passes(learning.throttle, now);
}
