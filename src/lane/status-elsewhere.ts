import { wholeMs } from '../duration.ts';
import type { LaneRef } from '../events.ts';
import { copyOfValue } from '../model/copy.ts';
import { plus } from '../model/limits.ts';
import { change } from '../rules/decide.ts';
import { inFlight, type LaneState } from '../rules/lane-state.ts';
import { capEstimates } from '../rules/limits/limit-waits.ts';
import { QueueForecast } from '../rules/queue-forecast.ts';
import { pauseOf } from '../rules/recovery-state.ts';
import type { Glimpse } from '../shared/shared-store.ts';
import { slotsOf } from './dispatcher.ts';
import type { LaneStatus } from './lane-snapshot.ts';
import { shownLimits } from './lane-status.ts';
import { Totals } from './totals.ts';

/** A lane that only other processes use. `clockNow`: the time of this one's clock. */
export function statusElsewhere(
  ref: LaneRef,
  { state, gone, now }: Glimpse<LaneState>,
  clockNow: number,
): LaneStatus {
  const leaving = gone.map((member) => ({ member, command: { kind: 'leave' } as const }));
  change(state, leaving, now);
  const members = Object.values(state.members);
  const tickets = members.flatMap((each) => each.tickets);
  const until = pauseOf(state.recovery)?.until ?? 0;
  const pausedUntil = until > now ? Math.ceil(until - now + clockNow) : undefined;
  return {
    ...{ ...ref, ...shownLimits(state, now), pausedUntil, totals: new Totals().sum },
    concurrency: slotsOf({ state, share: 1 }),
    ...{ queued: tickets.length, estimating: 0 },
    ...{ inFlight: inFlight(state), processes: members.length },
    etaMs: etaOf(state, Math.max(now, until), now),
  };
}

/** Until the last call goes that its process has asked for. */
function etaOf({ limits, members }: LaneState, startAt: number, now: number): number {
  const tickets = Object.values(members).flatMap((each) => each.tickets);
  if (tickets.length === 0) return 0;
  const costs = tickets.map(({ cost, expects }) => capEstimates(limits, cost, expects));
  const ahead = { calls: tickets.length, cost: costs.reduce(plus, {}) };
  const forecast = new QueueForecast(copyOfValue(limits), startAt);
  return wholeMs(forecast.waitAfter(ahead, {}, now).waitMs);
}
