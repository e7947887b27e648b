import { type LaneKey, nameOf } from '../lane/lane-key.ts';
import { type Plan, planOf } from '../plan/plan.ts';
import type { PlannedCalls } from '../plan/planned-call.ts';
import { type RehearsedLane, rehearsedLaneOf } from '../plan/rehearsed-lane.ts';
import type { LimiterCore } from './limiter-core.ts';

/** How long calls of a limiter would take from now on. Loaded where somebody asks. */
export function planned(core: LimiterCore, calls: PlannedCalls): Promise<Plan> {
  const { prices, calibration, clock } = core;
  const laneNow = (key: LaneKey): Promise<RehearsedLane> => laneFor(core, key);
  return planOf(calls, { prices, calibration, clock, laneNow, pricing: core });
}

/** With a store, a lane is opened for it: what others have used is known there. */
async function laneFor(core: LimiterCore, key: LaneKey): Promise<RehearsedLane> {
  const ref = { lane: nameOf(key), model: key.model };
  const lane = core.sharing.isShared ? core.lane(key) : core.lanes.find(key);
  const state = (await lane?.view.refresh()) ?? core.lanes.stateOf(key);
  const now = lane?.view.now() ?? core.clock.now();
  const { view, feedback } = lane ?? {};
  const waiting = [...(view?.waiting ?? []), ...(view?.waitingElsewhere ?? [])];
  const known = { waiting, underway: feedback?.totals.underway ?? [] };
  return rehearsedLaneOf(ref, state, known, key.learns === true, now);
}
