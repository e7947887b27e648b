import { copyOfValue } from '../model/copy.ts';
import type { Cost, Dimension } from '../model/limits.ts';
import { foreseeTrials } from './limits/burst-evidence.ts';
import { sizeOf } from './limits/limit-levels.ts';
import type { LimitSet } from './limits/limit-set.ts';
import type { Wait } from './limits/limit-waits.ts';
import { WaitingLine } from './line-order.ts';
import { LOOKED_AT, pickNext } from './pick-next.ts';
import { ticketOf } from './ticket.ts';
import { type KeyClock, newTurns, startAfter } from './turns.ts';

/** A call of a line, as far as it counts in forecasts. */
export interface InLine {
  /** Of its caller. */
  readonly key?: string | undefined;
  readonly counted: Cost;
  readonly deadline?: number | undefined;
}

/** Where the caller with that key stands. */
export type ClockOf = (key: string) => KeyClock | undefined;

/** A call is found to wait again once or twice before it goes: a line that takes longer is at a stop. */
const STEPS_OF_CALL = 4;

/**
 * When each call of a line will go if no others come: a copy of the limits lets them go as the lane
 * would, so that small ones pass large ones. By their index, from `now` on; none of those for which
 * that can't be told. `startAt`: when calls may go again, where the lane is paused; `last`: the call
 * after which it may end; `clockOf`: where their callers stand, if there are several.
 */
export function rehearsed(
  limits: LimitSet,
  line: readonly InLine[],
  now: number,
  startAt: number,
  { last, clockOf }: { last?: number | undefined; clockOf?: ClockOf | undefined } = {},
): readonly (Wait | undefined)[] {
  const set = foreseeTrials(copyOfValue(limits));
  const turns = newTurns();
  const tickets = line.map(({ key = '', counted, deadline }, index) => {
    const clock = turns.keys[key] ?? clockOf?.(key);
    if (clock !== undefined) turns.keys[key] ??= { ...clock };
    // Calls without one are one caller's.
    return { ...ticketOf(index, counted, deadline), key: clock === undefined ? '' : key };
  });
  const self = { tickets, inFlight: 0, granted: [], isAway: false };
  const waiting = new WaitingLine({ members: { self }, turns });
  const waits: Wait[] = [];
  let at = startAt;
  let dimension: Dimension = 'requests';
  for (let steps = STEPS_OF_CALL * line.length; steps > 0; steps--) {
    const asked = waiting.inOrder(LOOKED_AT);
    const choice = pickNext(asked, { limits: set, isProbe: false, held: new Map() }, at);
    if ('waitMs' in choice) {
      at += Math.ceil(choice.waitMs);
      dimension = choice.dimension;
      if (at === Number.POSITIVE_INFINITY) break;
      continue;
    }
    const { ticket } = choice;
    waits[ticket.id] = { waitMs: at - now, dimension };
    if (ticket.id === last) break;
    waiting.remove(ticket);
    const clock = turns.keys[ticket.key];
    if (clock !== undefined) clock.start = startAfter(clock, sizeOf(set, ticket.cost));
  }
  return waits;
}
