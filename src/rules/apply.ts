import type { LaneCommand } from './commands.ts';
import { endCall, endPause, hearAnswer, hearLimits, hearRefusal, resumeNow } from './feedback.ts';
import { isAwaited, type LaneMember, type LaneState, memberOf } from './lane-state.ts';
import { isPaced } from './learning/learning.ts';
import { configure, forgetOld, told as learnStated } from './learning/observations.ts';
import { sizeOf } from './limits/limit-levels.ts';
import { addUse, recallUse, retime } from './limits/limit-set.ts';
import { giveBackUnsent, take } from './limits/limit-waits.ts';
import { beginAgain, halt, reconsider, widen } from './recovery.ts';
import { pauseOf } from './recovery-state.ts';
import type { GrantedCall, Ticket } from './ticket.ts';
import { begin, end, firstOf } from './turns.ts';

/** A request that leaves within so long of its grant counts from the grant. */
const SENT_AT_ONCE_MS = 1;

/** Whether it makes no difference when the request has left. */
export function isSentAtOnce({ at }: Pick<GrantedCall, 'at'>, now: number): boolean {
  return now - at < SENT_AT_ONCE_MS;
}

/** Nothing of a call that came to nothing is left. */
const NOTHING = {};

/**
 * What time alone changes: a pause ends, a probe that isn't answered lets others go, and what one
 * response alone has said of limits is forgotten.
 */
export function passLaneTime(state: LaneState, now: number): void {
  const pause = pauseOf(state.recovery);
  if (pause !== undefined && now >= pause.until) endPause(state, pause.until, now);
  if (isAwaited(state)) widen(state.recovery, now);
  // Nothing that is heard in a pause could confirm it, nor say otherwise.
  if (pauseOf(state.recovery) !== undefined) return;
  const wasPaced = isPaced(state.learning);
  forgetOld(state.learning, state.limits, now);
  // Nothing is known of the limits any more: as in the beginning.
  if (wasPaced && !isPaced(state.learning)) beginAgain(state.recovery, now);
}

/** Changes the lane by one command. */
export function apply(state: LaneState, from: string, command: LaneCommand, now: number): void {
  switch (command.kind) {
    case 'ask':
      ask(memberOf(state, from), command.tickets);
      syncTurns(state);
      break;
    case 'sent':
      restamp(state, command.call, now);
      break;
    case 'answered':
      hearAnswer(state, command.call, command.isRefused, now);
      break;
    case 'ended':
      endCall(state, from, command, now);
      break;
    case 'observed':
      hearLimits(state, command, now);
      break;
    case 'refused':
      hearRefusal(state, command, now);
      break;
    case 'told':
      learnStated(state.learning, state.limits, command.call, command.stated, now);
      break;
    case 'configure':
      configure(state.learning, state.limits, command.terms, command.isAnew === true, now);
      state.recovery.patienceMs = command.terms.maxPauseMs ?? state.recovery.patienceMs;
      break;
    case 'reconsider':
      reconsider(state.recovery, now);
      break;
    case 'pause':
      if (command.isOld !== true || pauseOf(state.recovery)?.cause !== 'operator')
        halt(state.recovery, command.forMs, now);
      break;
    case 'resume':
      resumeNow(state, now);
      break;
    case 'join':
      memberOf(state, from).inFlight = command.inFlight;
      break;
    case 'recall':
      if (command.use !== undefined) recallUse(state.limits, command.use, now);
      break;
    case 'add':
      if (command.use !== undefined) addUse(state.limits, command.use, now);
      break;
    case 'used':
      take(state.limits, command.cost, now);
      break;
    case 'lapse':
      lapse(state, from, command, now);
      break;
    case 'presence':
      memberOf(state, from).isAway = !command.isHere;
      break;
    case 'leave':
      delete state.members[from];
      syncTurns(state);
      break;
  }
}

/** A call that was granted is not asked for again: the process has asked before it heard of it. */
function ask(member: LaneMember, tickets: readonly Ticket[]): void {
  const known = new Map(member.tickets.map((each) => [each.id, each]));
  const asked = new Set(tickets.map(({ id }) => id));
  member.granted = member.granted.filter((id) => asked.has(id));
  const open = tickets.filter(({ id }) => !member.granted.includes(id));
  member.tickets = open.map((each) => ({ ...each, deadline: known.get(each.id)?.deadline }));
}

function lapse(
  state: LaneState,
  from: string,
  { call, earlier = NOTHING }: Extract<LaneCommand, { kind: 'lapse' }>,
  now: number,
): void {
  const nothing = { actual: NOTHING, wasAnswered: false, isRefused: false };
  const end = () => endCall(state, from, { call, ...nothing }, now);
  giveBackUnsent(state.limits, call, earlier, now, end);
}

/** Keys that came and went with the tickets. */
function syncTurns(state: LaneState): void {
  const { turns, members, limits } = state;
  const firsts = new Map<string, { size: number; weight: number }>();
  for (const { tickets } of Object.values(members)) {
    for (const { key, weight, cost } of tickets) {
      if (!firsts.has(key)) firsts.set(key, { size: sizeOf(limits, cost), weight });
    }
  }
  for (const [key, clock] of Object.entries(turns.keys)) {
    if (clock.isWaiting && !firsts.has(key)) end(turns, key, firsts.size);
  }
  for (const [key, call] of firsts) {
    if (turns.keys[key]?.isWaiting !== true) begin(turns, key, call, firstOf(turns));
  }
}

/** Limits count a call from when it is sent; it was granted before. */
function restamp({ limits }: LaneState, call: GrantedCall, now: number): void {
  if (isSentAtOnce(call, now)) return;
  retime(limits, call.cost, call.at, now);
}
