import { byDimension, type Cost, DIMENSIONS, type Dimension } from '../model/limits.ts';
import { inFlight, isAwaited, type LaneState } from './lane-state.ts';
import { lapsesAt } from './learning/beliefs.ts';
import type { BurstPolicy } from './limits/burst-state.ts';
import { levels } from './limits/limit-levels.ts';
import type { LimitSet } from './limits/limit-set.ts';
import { waitBehind } from './limits/limit-waits.ts';

/** Of what is left of each limit, so much may be taken without a decision: less where a burst is on trial. */
const SHARES = [1 / 2, 1 / 4, 1 / 8, 1 / 16];
/** Of the slots that are free. */
const SLOTS_SHARE = 0.5;
/** For so long, in milliseconds: what others use shows only in answers. */
const LASTS_MS = 10_000;

/** What calls may take of a lane before the next decision. */
export interface LaneRoom {
  readonly calls: number;
  readonly cost: Cost;
  /** Until that time. */
  readonly until: number;
}

/**
 * What processes may take without a decision: nothing while a call waits, or after a refusal until
 * another call was answered. All of it fits at once now, and so any part of it later.
 */
export function roomOf(state: LaneState, now: number): LaneRoom | undefined {
  const { limits, learning, recovery } = state;
  if (recovery.phase !== 'open' || state.isOpen || isAwaited(state)) return undefined;
  if (limits.meters.some(({ burst }) => isUnheard(burst))) return undefined;
  const cost = partOf(limits, now);
  if (cost === undefined) return undefined;
  const calls = SLOTS_SHARE * (learning.concurrency.limit - inFlight(state));
  return { calls, cost, until: Math.min(now + LASTS_MS, lapsesAt(learning.known, now)) };
}

/** The largest share of what is left that may all go at once. */
function partOf(limits: LimitSet, now: number): Cost | undefined {
  const left = leftOf(limits, now);
  if (DIMENSIONS.some((each) => left[each] <= 0)) return undefined;
  for (const share of SHARES) {
    const cost: Cost = Object.fromEntries(DIMENSIONS.map((each) => [each, share * left[each]]));
    if (waitBehind(limits, cost, now).waitMs === 0) return cost;
  }
  return undefined;
}

/** Each call that goes may have to be answered before the next. */
function isUnheard({ stage, isSeen }: BurstPolicy): boolean {
  return stage === 'tryTenSeconds' && !isSeen;
}

/** What may be used of each dimension now; infinite where it has no limit. */
function leftOf(set: LimitSet, now: number): Record<Dimension, number> {
  const all: Record<Dimension, number> = byDimension(() => Number.POSITIVE_INFINITY);
  for (const { limit, level } of levels(set, now)) {
    all[limit.dimension] = Math.min(all[limit.dimension], level);
  }
  return all;
}
