import type { Charges } from '../model/charge.ts';
import type { Cost, Dimension } from '../model/limits.ts';
import type { OwnLimits } from './own-limits.ts';
import type { CallRank } from './turns.ts';

/** What a call costs: of the lane's limits, and of its caller's own. */
export interface Costs {
  readonly cost: Cost;
  readonly own: Cost;
}

/** A call at the front of a process's queue: it asks to go. */
export interface Ticket extends CallRank {
  /** Whose call it is: calls are fair between keys. */
  readonly key: string;
  /** What stands for it in a store. */
  readonly sharedKey?: string | undefined;
  readonly weight: number;
  readonly cost: Cost;
  /** What each rule of charging takes for it, where the server's isn't known for sure. */
  readonly charges?: Charges | undefined;
  /** What it takes of its caller's own limits, where that is another cost. Never in a store. */
  readonly ownCost?: Cost | undefined;
  /** Dimensions in which the cost is an estimate that may be far off. */
  readonly expects: readonly Dimension[];
  /** When it must go at the latest, once it has been the first in line. */
  deadline: number | undefined;
  /** How often the provider has refused it. @default 0 */
  readonly refusals?: number | undefined;
  /**
   * The caller's own limits, where they are kept in this process. With a store they are a value of
   * their own, from which the call has taken before it asks here.
   */
  readonly own?: OwnLimits | undefined;
}

/** A call of a line that is rehearsed: all of them are one caller's. */
export function ticketOf(id: number, cost: Cost, deadline: number | undefined): Ticket {
  return { id, since: 0, priority: 0, key: '', weight: 1, cost, expects: [], deadline };
}

/** A call that was let through, as the rules of charging foresee it. */
export interface ChargeTrace {
  readonly charges: Charges;
  /** What is used of the limit with this call, by rule. */
  readonly used: readonly number[];
  /** All that was ever charged at admission by then, by rule. Absent where the rule was known. */
  readonly sent?: readonly number[] | undefined;
  /** What was known then: see `ChargeLearning`. */
  readonly round: number;
  /** Whether no other call was in flight: then the server saw calls in this order. */
  readonly isAlone?: boolean | undefined;
}

/** A call that was let through, as far as the lane has to know it. */
export interface GrantedCall {
  /** Its number in its process. */
  readonly id: number;
  readonly cost: Cost;
  /** When it was let through, in milliseconds. */
  readonly at: number;
  /** The lane's epoch then: feedback from an older one is stale. */
  readonly epoch: number;
  /** All that the lane had let through then, this call included. */
  readonly taken: Cost;
  readonly charge?: ChargeTrace | undefined;
}
