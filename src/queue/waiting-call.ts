import type { Caller } from '../callers/caller.ts';
import type { Grant } from '../model/grant.ts';
import type { Cost, Dimension } from '../model/limits.ts';

/** What a call costs: of the lane's limits, and of its caller's own. */
export interface Costs {
  readonly cost: Cost;
  readonly own: Cost;
}

/** What a call has taken. */
export interface Taken extends Costs {
  /** When, in milliseconds: windows find by it what is given back. */
  readonly at: number;
  /** How the store has let it through, where there is one. */
  readonly grant?: Grant | undefined;
}

/** A call that waits, as p-queue's options carry it. */
export interface WaitingCall {
  readonly cost: Cost;
  /** The same by what is known now, where that may be more than when it came. */
  readonly costNow?: (() => Cost) | undefined;
  /** The cost as it counts in forecasts and for its caller's share: guesses lowered, as it came. */
  readonly counted: Cost;
  /** Whether it does: not before it is known that it has to wait. Set by the queue. */
  counts: boolean;
  /** Dimensions in which the cost is a guess. */
  readonly expects: readonly Dimension[];
  /** Its place among its caller's calls of the same priority: lower goes first; kept by a retry. */
  readonly ticket: number;
  /** When it came, in milliseconds. */
  readonly since: number;
  readonly caller: Caller;
  /** The longest that it may wait. */
  readonly maxWaitMs: number;
  readonly signal: AbortSignal | undefined;
  /** When it must go at the latest, once it has been the first in line: set by the lane. */
  deadline: number | undefined;
  /** What was taken for it, as it was chosen: set by the lane. */
  taken: Taken | undefined;
  /** Takes it out of the line with an error: set by the queue. */
  expel?: ((error: Error) => void) | undefined;
  /** Why it was turned away while it waited: set by the lane. */
  error: Error | undefined;
}
