import { copyOfValue } from '../model/copy.ts';
import type { Cost, Dimension } from '../model/limits.ts';
import { foreseeTrials } from './limits/burst-evidence.ts';
import { sizeOf } from './limits/limit-levels.ts';
import type { LimitSet } from './limits/limit-set.ts';
import type { Wait } from './limits/limit-waits.ts';
import { pickNext } from './pick-next.ts';
import { type ClockOf, RehearsedTurns } from './rehearsed-turns.ts';
import { ticketOf } from './ticket.ts';

/** A call of a line, as far as it counts in forecasts. */
export interface InLine {
  /** Of its caller. */
  readonly key?: string | undefined;
  readonly counted: Cost;
  readonly deadline?: number | undefined;
}

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
  const tickets = line.map(({ counted, deadline }, index) => ticketOf(index, counted, deadline));
  const turns = new RehearsedTurns(tickets, (index) => clockOf?.(line[index]?.key ?? ''));
  const waits: Wait[] = [];
  let at = startAt;
  let dimension: Dimension = 'requests';
  for (let steps = STEPS_OF_CALL * line.length; steps > 0 && turns.size > 0; steps--) {
    const choice = pickNext(turns.front(), { limits: set, isProbe: false, held: new Map() }, at);
    if ('waitMs' in choice) {
      at += Math.ceil(choice.waitMs);
      dimension = choice.dimension;
      if (at === Number.POSITIVE_INFINITY) break;
      continue;
    }
    const { id } = choice.ticket;
    waits[id] = { waitMs: at - now, dimension };
    if (id === last) break;
    turns.remove(choice.ticket, sizeOf(set, choice.ticket.cost));
  }
  return waits;
}
