import type { Reason } from '../model/reason.ts';
import { apply, passLaneTime } from './apply.ts';
import type { MemberCommand } from './commands.ts';
import { inFlight, isAwaited, type LaneMember, type LaneState, memberOf } from './lane-state.ts';
import { lapsesAt } from './learning/beliefs.ts';
import { traceCharge } from './learning/charge.ts';
import { granted as learnGrant } from './learning/learning.ts';
import { takeNews } from './learning/limit-news.ts';
import { sizeOf } from './limits/limit-levels.ts';
import { isTriedAlone } from './limits/long-limits.ts';
import { WaitingLine } from './line-order.ts';
import { reopensAt } from './pause.ts';
import { type Chosen, type OwnWait, pickNext, type Unfit } from './pick-next.ts';
import { SUSPECT, start, widensAt } from './recovery.ts';
import {
  isCold,
  isFreeOfLimits,
  isPassable,
  isPauseProbeDue,
  isProbe,
  pauseOf,
  type Recovery,
} from './recovery-state.ts';
import type { Costs, GrantedCall, Ticket } from './ticket.ts';
import { countPassing, serve } from './turns.ts';

/** A call that may go. */
export interface Grant {
  readonly member: string;
  readonly ticket: Ticket;
  readonly call: GrantedCall;
  /** What it takes of its caller's own limits. */
  readonly own: Costs['own'];
}

/** What a lane decides. */
export interface Decision {
  /** In the order in which they go. */
  readonly granted: readonly Grant[];
  /** Calls that can never go. */
  readonly unfit: readonly (Unfit & { readonly member: string })[];
  /** Keys that their own limits hold back. */
  readonly held: readonly OwnWait[];
  /** What holds back whoever is left; `undefined` where nobody is. */
  readonly blocked: Blocked | undefined;
}

/** What holds the first waiting call back, and how long by itself; infinite where nobody knows. */
export interface Blocked {
  readonly reason: Reason;
  readonly waitMs: number;
}

/**
 * Changes a lane by what has happened, and lets calls go: in order, as long as no pause, no slot and
 * no limit holds the next one back.
 */
export function decide(
  state: LaneState,
  commands: readonly MemberCommand[],
  now: number,
): Decision {
  change(state, commands, now);
  return letGo(state, state.at);
}

/** Changes a lane by what has happened. What follows for calls that wait is decided later. */
export function change(state: LaneState, commands: readonly MemberCommand[], now: number): void {
  // Time never runs backwards.
  state.at = Math.max(now, state.at);
  passLaneTime(state, state.at);
  for (const { member, command } of commands) apply(state, member, command, state.at);
  report(state, state.at);
}

/** What keeps any call from going, besides limits of a rate. */
export function obstacle(state: LaneState, now: number): Blocked | undefined {
  const { recovery, learning } = state;
  const isDue = isPauseProbeDue(recovery, now);
  const isStopped = !isPassable(recovery) && !(isDue && mayTry(state));
  const pause = pauseOf(recovery);
  const reopens = pause === undefined ? widensAt(recovery) : reopensAt(pause);
  const waitMs = (isDue ? (pause?.until ?? reopens) : reopens) - now;
  if (isStopped && !isCold(recovery)) return { reason: 'paused', waitMs };
  const busy = inFlight(state);
  if (busy >= learning.concurrency.limit || (busy > 0 && isTriedAlone(state.limits, now))) {
    return { reason: 'concurrency', waitMs: Number.POSITIVE_INFINITY };
  }
  return isStopped ? { reason: 'learning', waitMs } : undefined;
}

/** Before the end of a pause that is not sure, a call may try that was not told to wait itself. */
function mayTry({ recovery, members }: LaneState): boolean {
  if (pauseOf(recovery)?.isSure !== false) return true;
  const tickets = Object.values(members).flatMap((each) => each.tickets);
  return tickets.length === 0 || tickets.some(isNew);
}

function isNew({ refusals }: Ticket): boolean {
  return !refusals;
}

function letGo(state: LaneState, now: number): Decision {
  const granted: Grant[] = [];
  const unfit: (Unfit & { member: string })[] = [];
  const held = new Map<string, OwnWait>();
  let blocked: Blocked | undefined;
  let line: WaitingLine | undefined;
  while (blocked === undefined && isAwaited(state)) {
    blocked = obstacle(state, now);
    if (blocked !== undefined) break;
    const isTrial = isProbe(state.recovery) || pauseOf(state.recovery) !== undefined;
    line ??= new WaitingLine(state);
    const asked = isTrial ? toProbe(line.inOrder(), state.recovery) : line.inOrder();
    const isFree = state.isOpen || (isTrial && isFreeOfLimits(state.recovery));
    const choice = pickNext(asked, { limits: state.limits, isProbe: isFree, held }, now);
    if ('waitMs' in choice) {
      const lapsesMs = lapsesAt(state.learning.known, now) - now;
      blocked = { reason: choice.dimension, waitMs: Math.min(choice.waitMs, lapsesMs) };
      break;
    }
    const { ticket } = choice;
    const member = line.memberOf(ticket);
    if ('limit' in choice) unfit.push({ ...choice, member });
    else {
      countServed(state, line, choice, asked[0]?.key);
      granted.push(grant(state, member, choice, now));
    }
    line.remove(ticket);
    withdraw(memberOf(state, member), ticket);
  }
  return { granted, unfit, held: [...held.values()], blocked };
}

/**
 * The order in which calls may be the one that tries whether the lane passes. After two refusals in
 * a row that is a call that was refused less often: a call that is always refused holds nobody up.
 */
function toProbe(asked: readonly Ticket[], recovery: Recovery): readonly Ticket[] {
  if (pauseOf(recovery)?.isSure === false) return asked.filter(isNew);
  if (recovery.streak < SUSPECT) return asked;
  const refusals = (ticket: Ticket): number => ticket.refusals ?? 0;
  return asked.toSorted((one, other) => refusals(one) - refusals(other));
}

/** Moves the clock of a key whose call goes; `head`: the key that is first in line. */
function countServed(
  { turns, limits }: LaneState,
  line: WaitingLine,
  { ticket, cost }: Chosen,
  head: string | undefined,
): void {
  const { key } = ticket;
  const clock = turns.keys[key];
  if (clock === undefined) return;
  countPassing(clock, ticket, line.oldest(key) ?? ticket);
  serve(turns, clock, sizeOf(limits, cost), head === key);
}

/** Lets a call go whose cost has been taken. */
function grant(
  state: LaneState,
  member: string,
  { ticket, cost, own }: Chosen,
  now: number,
): Grant {
  const { limits, recovery, learning } = state;
  const asking = memberOf(state, member);
  asking.inFlight++;
  asking.granted.push(ticket.id);
  const { epoch } = recovery;
  start(recovery, now);
  learnGrant(learning, cost, now);
  const sentCall = { id: ticket.id, cost, at: now, epoch, taken: limits.taken };
  const isAlone = ticket.charges !== undefined && inFlight(state) === 1;
  const charge = traceCharge(learning.charge, ticket.charges, cost, now, isAlone);
  const call = charge === undefined ? sentCall : { ...sentCall, charge };
  return { member, ticket, own, call };
}

function withdraw({ tickets }: LaneMember, ticket: Ticket): void {
  tickets.splice(tickets.indexOf(ticket), 1);
}

function report(state: LaneState, now: number): void {
  const news = takeNews(state.learning, state.limits, now);
  if (news === undefined) return;
  state.report = {
    count: state.report.count + 1,
    lowered: [...news.lowered],
    othersShare: news.othersShare,
  };
}
