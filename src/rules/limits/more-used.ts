import { type LimitMeter, refillMeter } from './limit-meter.ts';
import { type LimitSet, limitsOf, meterOf, newLimitSet } from './limit-set.ts';
import { windowTotal } from './limit-window.ts';
import { used } from './meter-room.ts';
import { takeLater } from './meter-use.ts';

/** Unused limits, of which only that was taken which `set` has used more than `before`, its earlier copy. */
export function moreUsed(set: LimitSet, before: LimitSet, now: number): LimitSet {
  const more = newLimitSet(limitsOf(set), set.policy, now);
  for (const meter of set.meters) {
    const known = meterOf(before, meter.limit);
    const fresh = meterOf(more, meter.limit);
    if (known !== undefined) refillMeter(known, before, now);
    const all = used(meter, set, now);
    const cost = known === undefined ? all : usedSince(meter, known, now);
    if (fresh !== undefined) takeLater(fresh, cost, more, now);
  }
  return more;
}

/** By bucket or window, whichever shows more. Both are refilled up to `now`. */
function usedSince(meter: LimitMeter, before: LimitMeter, now: number): number {
  let most = missing(meter) - missing(before);
  for (const window of meter.windows) {
    const same = before.windows.find(({ spanMs }) => spanMs === window.spanMs);
    const then = same === undefined ? 0 : windowTotal(same, now);
    most = Math.max(most, windowTotal(window, now) - then);
  }
  return Math.max(0, most);
}

function missing({ spec, bucket }: LimitMeter): number {
  return Math.max(0, spec.capacity - bucket.level);
}
