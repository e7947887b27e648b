import { copyOfValue } from '../model/copy.ts';
import { change } from './decide.ts';
import { inFlight, type LaneState } from './lane-state.ts';
import { holdBelief } from './learning/evidence.ts';
import { foreseeTrials } from './limits/burst-evidence.ts';
import { observeBalance } from './limits/limit-set.ts';
import { pauseOf } from './recovery-state.ts';

/** A copy of a lane, to let calls through as the lane would, in a time of its own. */
export interface LaneCopy {
  readonly state: LaneState;
  /** When calls may go: now, or when its pause is over. */
  readonly startAt: number;
}

/**
 * Nothing that is done to the copy changes the lane. Calls that wait are left out. What the last
 * response has said of limits is taken to be said again by those to come; before the first one, that
 * published limits are true.
 */
export function copyOfLane(state: LaneState, now: number): LaneCopy {
  const copy = copyOfValue({ ...state, members: {} });
  for (const each of copy.learning.known.evidence) holdBelief(each, now);
  const pause = pauseOf(copy.recovery);
  const startAt = Math.max(now, pause?.until ?? now);
  if (pause !== undefined) change(copy, [], startAt);
  // The probe after a pause, and the first call of all, are taken to be answered at once.
  copy.recovery.phase = 'open';
  showLimits(copy, startAt);
  // What calls in flight will show of a burst isn't known here.
  if (inFlight(state) > 0) foreseeTrials(copy.limits);
  return { state: copy, startAt };
}

/**
 * The first response will show the limits that its host states, how much of them is left, and resets
 * like those of a bucket: of hosts whose responses show resets, none is known to have others.
 */
function showLimits({ limits, learning }: LaneState, now: number): void {
  const { windows } = learning.known;
  const hidden = limits.meters.filter(
    ({ burst, limit: { dimension, windowMs } }) =>
      !burst.isSeen &&
      windows.some((each) => each.dimension === dimension && each.windowMs === windowMs),
  );
  for (const { burst } of hidden) burst.readAs = 'bucket';
  const shown = hidden.map(({ limit, bucket, spec }) => {
    return { ...limit, remaining: Math.max(0, limit.max - spec.capacity + bucket.level) };
  });
  observeBalance(limits, shown, now, limits.taken, now);
}
