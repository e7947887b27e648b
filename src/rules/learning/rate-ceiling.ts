import { CUT, STEP } from './adaptive-limit.ts';
import {
  isProbeDue,
  newProbeSchedule,
  type ProbeSchedule,
  probeFailed,
  probeSucceeded,
} from './probe-schedule.ts';

/** A rate that was raised and refused again within so long of the last cut is above the limit. */
const RELAPSE_MS = 900_000;

export interface LastCut {
  readonly at: number;
  readonly to: number;
}

/** How far a rate is raised at leisure: beyond what was refused twice, by schedule only. */
export interface RateCeiling {
  /** A share of the rate; infinite: nothing was refused twice. */
  most: number;
  probes: ProbeSchedule;
  /** The last cut for many refusals at once. */
  lastCut: LastCut | undefined;
}

export function newRateCeiling(): RateCeiling {
  return { most: Number.POSITIVE_INFINITY, probes: newProbeSchedule(), lastCut: undefined };
}

/** Many calls were refused at once at the rate `before`, and it was cut to `to`. */
export function noteCut(
  ceiling: RateCeiling,
  { before, to, refusals }: { before: number; to: number; refusals: number },
  now: number,
): void {
  const { lastCut } = ceiling;
  const isRelapse = lastCut && before > lastCut.to && now - lastCut.at < RELAPSE_MS;
  ceiling.lastCut = { at: now, to };
  if (!isRelapse) return;
  ceiling.most = Math.max(to, CUT * before);
  probeFailed(ceiling.probes, refusals, now);
}

/** What a rate is raised to that would be raised to `next`; `undefined`: not yet. */
export function raisedUnder(
  ceiling: RateCeiling,
  limit: number,
  next: number,
  now: number,
): number | undefined {
  if (limit < ceiling.most) return Math.min(ceiling.most, next);
  if (!isProbeDue(ceiling.probes, now)) return undefined;
  probeSucceeded(ceiling.probes, now);
  ceiling.most = STEP * limit;
  return ceiling.most;
}
