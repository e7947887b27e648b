import type { LaneRef } from '../events.ts';
import { copyOfLane, type LaneCopy } from '../rules/lane-copy.ts';
import { inFlight, type LaneState } from '../rules/lane-state.ts';
import { isKnown } from '../rules/learning/known-limits.ts';
import { capEstimates } from '../rules/limits/limit-waits.ts';
import type { CallsUnderway } from '../rules/rehearsal.ts';
import type { GrantedCall, Ticket } from '../rules/ticket.ts';
import { isOlder } from '../rules/turns.ts';
import { reservedOf } from '../rules/underway.ts';

/** A lane as it is now, to rehearse calls with. Nothing that is done to it changes the lane. */
export interface RehearsedLane extends LaneRef {
  readonly copy: LaneCopy;
  readonly now: number;
  /** Calls in flight, of all processes. */
  readonly underway: CallsUnderway;
  /** What waits already, and when it must go at the latest, where that is settled. */
  readonly waiting: readonly Pick<Ticket, 'cost' | 'deadline'>[];
  /** Whether its limits are known, or that there are none. */
  readonly isKnown: boolean;
}

/** What a lane has under way in this process. */
export interface OwnCalls {
  /** Calls that wait, also those of other processes. */
  readonly waiting: Iterable<Ticket>;
  /** Calls in flight. */
  readonly underway: Iterable<GrantedCall>;
}

export function rehearsedLaneOf(
  ref: LaneRef,
  state: LaneState,
  { waiting, underway }: OwnCalls,
  learns: boolean,
  now: number,
): RehearsedLane {
  const sorted = [...waiting].sort((one, other) => (isOlder(one, other) ? -1 : 1));
  return {
    ...ref,
    copy: copyOfLane(state, now),
    now,
    underway: { count: inFlight(state), ...reservedOf(state.learning.charge, underway) },
    waiting: sorted.map(({ cost, expects, deadline }) => {
      return { cost: capEstimates(state.limits, cost, expects), deadline };
    }),
    isKnown: !learns || isKnown(state.learning.known),
  };
}
