import type { LaneState } from '../rules/lane-state.ts';
import { levels, othersShare } from '../rules/limits/limit-levels.ts';
import type { LaneSnapshot } from './lane-snapshot.ts';

/** The limits of a lane as they are now. */
export function shownLimits(
  { limits }: LaneState,
  now: number,
): Pick<LaneSnapshot, 'limits' | 'othersShare'> {
  return {
    limits: levels(limits, now).map(({ limit, ...left }) => ({ ...limit, ...left })),
    othersShare: othersShare(limits, now),
  };
}
