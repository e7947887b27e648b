import type { Reason } from '../model/reason.ts';
import { type PlannedCosts, Rehearsal } from '../rules/rehearsal.ts';
import { nextTurn } from '../tokens/next-turn.ts';
import type { RehearsedLane } from './rehearsed-lane.ts';

/** The reason why the calls of a lane wait. */
export type Binding = Reason;

/** What a rehearsal has shown. */
export interface RehearsalOutcome {
  /** Until the last call is sent; `undefined` where that can't be told. */
  readonly durationMs: number | undefined;
  readonly binding: Binding | undefined;
}

/** After so many calls the event loop has its turn: about a millisecond. */
const CALLS_PER_TURN = 64;

/** How long calls of such costs will take in a lane as it is now. */
export async function rehearse(
  { copy, now, underway, waiting }: RehearsedLane,
  costs: PlannedCosts,
): Promise<RehearsalOutcome> {
  const rehearsal = new Rehearsal(copy, underway, waiting, costs);
  while (rehearsal.goOn(CALLS_PER_TURN)) await new Promise<void>(nextTurn);
  const { lastAt, binding } = rehearsal.outcome;
  const isKnown = lastAt < Number.POSITIVE_INFINITY;
  return { durationMs: isKnown ? Math.max(0, lastAt - now) : undefined, binding };
}
