import { inFlight, type LaneState } from '../rules/lane-state.ts';
import { levels, othersShare } from '../rules/limits/limit-levels.ts';
import type { LaneKeeper } from './lane-keeper.ts';
import type { LaneSnapshot, LaneStatus } from './lane-snapshot.ts';

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

/** A lane as all processes know it: of others' queues, its value knows the calls that are first. */
export function sharedStatus(
  own: LaneSnapshot,
  { state, isShared, isLocal }: Pick<LaneKeeper, 'state' | 'isShared' | 'isLocal'>,
): LaneStatus {
  if (!isShared || isLocal) return { ...own, processes: 1 };
  const members = Object.values(state.members);
  const asked = members.reduce((sum, { tickets }) => sum + tickets.length, 0);
  return {
    ...own,
    queued: Math.max(own.queued, asked),
    inFlight: Math.max(own.inFlight, inFlight(state)),
    processes: Math.max(1, members.length),
  };
}
