import type { CallTaken } from './commands.ts';
import { change } from './decide.ts';
import { type LaneState, memberOf } from './lane-state.ts';
import { traceCharge } from './learning/charge.ts';
import { granted as learnGrant } from './learning/learning.ts';
import { take } from './limits/limit-waits.ts';

/**
 * Processes have taken these calls from the room. They count from now, which is later than they went:
 * what has flowed in between is not used twice.
 */
export function noteTaken(
  state: LaneState,
  from: string,
  calls: readonly CallTaken[],
  at: number,
): void {
  change(state, [], at);
  const { at: now } = state;
  const own = memberOf(state, from);
  for (const { id, cost, charges, at: tookAt } of calls) {
    take(state.limits, cost, now);
    own.inFlight++;
    own.granted.push(id);
    learnGrant(state.learning, cost, tookAt);
    traceCharge(state.learning.charge, charges, cost, now);
  }
}
