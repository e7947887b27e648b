import type { Clock } from '../clock.ts';
import type { Reason } from '../model/reason.ts';
import type { FairQueue } from '../queue/fair-queue.ts';
import { obstacle } from '../rules/decide.ts';
import type { LimitSet } from '../rules/limits/limit-set.ts';
import type { Calls } from '../rules/queue-forecast.ts';
import { pauseOf } from '../rules/recovery-state.ts';
import { slotsOf } from './dispatcher.ts';
import type { LaneKeeper } from './lane-keeper.ts';
import type { OthersLine } from './others-line.ts';
import type { Reservation } from './reservation.ts';

/** What forecasts are made from. */
export interface LaneSituation {
  /** The lane's own time. */
  readonly now: number;
  /** By how much it is ahead of this process's clock, in milliseconds. */
  readonly aheadMs: number;
  /** Whether the lane is a caller's own limits. */
  readonly isOwn: boolean;
  readonly limits: LimitSet;
  readonly queue: FairQueue<Reservation>;
  /** What other processes have in line, where processes share the lane. */
  readonly others: OthersLine | undefined;
  /** The most calls in flight. */
  readonly concurrency: number;
  /** What stops the whole lane now, and how long a pause still lasts. */
  readonly obstacle: Reason | undefined;
  readonly pauseMs: number;
  /** How long calls have lately been in flight. */
  readonly flightMs: number;
}

interface Situated {
  readonly keeper: LaneKeeper;
  readonly clock: Clock;
  readonly isOwn?: boolean | undefined;
}

/** A lane as it is now, with the calls that wait for it here. */
export function situationOf(
  { keeper, clock, isOwn = false }: Situated,
  queue: FairQueue<Reservation>,
): LaneSituation {
  const { state } = keeper;
  const now = keeper.now();
  return {
    ...{ now, aheadMs: now - clock.now(), isOwn, limits: state.limits, queue },
    others: keeper.others,
    concurrency: slotsOf(keeper),
    obstacle: obstacle(state, now)?.reason,
    pauseMs: Math.max(0, (pauseOf(state.recovery)?.until ?? now) - now),
    flightMs: state.flight.meanMs,
  };
}

/** All that wait, in all processes. */
export function lineOf({ queue, others }: LaneSituation): Calls {
  return others?.with(queue.ahead.all) ?? queue.ahead.all;
}
