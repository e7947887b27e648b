import type { LaneRef } from '../events.ts';
import { inFlight, type LaneState } from '../rules/lane-state.ts';
import { isKnown } from '../rules/learning/known-limits.ts';
import { capEstimates } from '../rules/limits/limit-waits.ts';
import { copyOf, type LaneCopy } from '../rules/rehearsal.ts';
import type { Ticket } from '../rules/ticket.ts';
import { isOlder } from '../rules/turns.ts';

/** A lane as it is now, to rehearse calls with. Nothing that is done to it changes the lane. */
export interface Stage extends LaneRef {
  readonly copy: LaneCopy;
  readonly now: number;
  /** Calls in flight, of all processes. */
  readonly inFlight: number;
  /** What waits already, and when it must go at the latest, where that is settled. */
  readonly waiting: readonly Pick<Ticket, 'cost' | 'deadline'>[];
  /** Whether its limits are known, or that there are none. */
  readonly isKnown: boolean;
}

/** `waiting`: the calls that wait in this process. */
export function stageOf(
  ref: LaneRef,
  state: LaneState,
  waiting: Iterable<Ticket>,
  learns: boolean,
  now: number,
): Stage {
  const sorted = [...waiting].sort((one, other) => (isOlder(one, other) ? -1 : 1));
  return {
    ...ref,
    copy: copyOf(state, now),
    now,
    inFlight: inFlight(state),
    waiting: sorted.map(({ cost, expects, deadline }) => {
      return { cost: capEstimates(state.limits, cost, expects), deadline };
    }),
    isKnown: !learns || isKnown(state.learning.known),
  };
}
