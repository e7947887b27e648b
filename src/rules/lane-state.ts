import type { ChargeRule } from '../model/charge.ts';
import type { Subject } from '../model/limits.ts';
import type { LaneTerms } from './commands.ts';
import { type Learning, newLearning } from './learning/learning.ts';
import { type LimitSet, newLimitSet } from './limits/limit-set.ts';
import type { MeteredLimit } from './limits/metered-limit.ts';
import { newRecovery, type Recovery } from './recovery-state.ts';
import type { Ticket } from './ticket.ts';
import { newTurns, type Turns } from './turns.ts';

/** One process that sends calls through the lane. */
export interface LaneMember {
  /** The calls at the front of its queue. */
  tickets: Ticket[];
  /** Its calls that were let through and have not ended. */
  inFlight: number;
  /** Of the calls that it asked for last, those that were granted: it may not have heard of it yet. */
  granted: number[];
  /** It didn't take up a grant in time: nothing more is granted to it until it is heard again. */
  isAway: boolean;
}

/** How long calls are in flight. */
export interface FlightTime {
  /** Calls that have ended. */
  count: number;
  /** The mean of about the last twenty, in milliseconds; 0 where none has ended. */
  meanMs: number;
}

/** What the lane has learned of its limits, as it is told to whoever listens. */
export interface LimitReport {
  /** Grows with each report. */
  count: number;
  /** Given limits that the provider's answers have just lowered. */
  lowered: MeteredLimit[];
  /** The share of a limit, from 0 to 1, that others on the same account use. */
  othersShare: number;
}

/**
 * One upstream limit: all that has to be known to decide which call goes next. Plain data, changed by
 * `change` and `decide`. Beside these, a keeper in memory sets the tickets, `FairQueue` keeps `turns`,
 * and copies are prepared by whoever makes them.
 *
 * Its size is bounded by the processes and keys that wait, not by calls.
 */
export interface LaneState {
  /** When it was last changed, in milliseconds since the epoch. */
  at: number;
  limits: LimitSet;
  learning: Learning;
  recovery: Recovery;
  turns: Turns;
  /** By process. */
  members: Record<string, LaneMember>;
  flight: FlightTime;
  report: LimitReport;
  /** The store is lost, and calls go without it: no limit holds any back. */
  isOpen: boolean;
}

/** What a lane begins with. */
export interface LaneOpening extends LaneTerms {
  /** What the host counts. @default requests and tokens a minute */
  readonly measures?: readonly Subject[] | undefined;
  /** Of these, what its responses state. */
  readonly states?: readonly Subject[] | undefined;
  /** How the host is known to charge, where responses may show otherwise. */
  readonly recorded?: ChargeRule | undefined;
  /** The limits are unsure: until a response has shown them, few calls are in flight. */
  readonly isCold: boolean;
}

export function newLane(opening: LaneOpening, now: number): LaneState {
  const { start, policy, inFlight, measures, states, recorded, isCold, maxPauseMs } = opening;
  const known = newLearning({ start, windows: states, measures, inFlight, recorded }, now);
  return {
    at: now,
    limits: newLimitSet(known.known.inForce, policy, now),
    learning: known,
    recovery: newRecovery(isCold, now, maxPauseMs),
    turns: newTurns(),
    members: {},
    flight: { count: 0, meanMs: 0 },
    report: { count: 0, lowered: [], othersShare: 0 },
    isOpen: false,
  };
}

/** The process, as one that the lane knows. */
export function memberOf(state: LaneState, name: string): LaneMember {
  const known = state.members[name];
  if (known !== undefined) return known;
  const member = { tickets: [], inFlight: 0, granted: [], isAway: false };
  state.members[name] = member;
  return member;
}

/** Whether calls ask to go. */
export function isAwaited({ members }: LaneState): boolean {
  for (const name in members) {
    const { tickets = [], isAway } = members[name] ?? {};
    if (tickets.length > 0 && isAway === false) return true;
  }
  return false;
}

/** Calls in flight, of all processes. */
export function inFlight({ members }: LaneState): number {
  let sum = 0;
  for (const name in members) sum += members[name]?.inFlight ?? 0;
  return sum;
}
