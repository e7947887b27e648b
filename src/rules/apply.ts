import { MINUTE_MS, type Subject } from '../model/limits.ts';
import type { LaneCommand, RefusalWords } from './commands.ts';
import { inFlight, isAwaited, type LaneState, type Member, memberOf } from './lane-state.ts';
import { holdBeliefs } from './learning/beliefs.ts';
import {
  chargedInTheEnd,
  doubtCharge,
  hearCharge,
  settleCharge,
  stateCharge,
} from './learning/charge.ts';
import { foundRule } from './learning/charge-belief.ts';
import {
  isPaced,
  type Learning,
  answered as learnAnswer,
  ended as learnEnd,
} from './learning/learning.ts';
import { configure, forgetOld, told as learnStated, observe } from './learning/observations.ts';
import {
  beginEpisode,
  resumed as drawConclusions,
  explain,
  isUnrelated,
  refused as learnRefusal,
  strayed,
} from './learning/refusals.ts';
import {
  answeredInTrial,
  endedInTrial,
  refusedInTrial,
  withdrawFromTrial,
} from './limits/burst-evidence.ts';
import { sizeOf } from './limits/limit-levels.ts';
import { addUse, limitSet, recallUse, retime, settle } from './limits/limit-set.ts';
import { take } from './limits/limit-waits.ts';
import { isSameLimit, type Sighting } from './limits/metered-limit.ts';
import {
  answer,
  beginAgain,
  forget,
  halt,
  isOfPause,
  isOwn,
  open,
  pauseOf,
  reconsider,
  refuse,
  release,
  resume,
  start,
  widen,
} from './recovery.ts';
import type { SentCall, Ticket } from './ticket.ts';
import { begin, end, firstOf } from './turns.ts';

/** How much the last call says of how long calls are in flight. */
const FLIGHT_WEIGHT = 0.05;
/** A request that leaves within so long of its grant counts from the grant. */
const SENT_AT_ONCE_MS = 1;
/** The limit of which responses show what calls are charged. */
const TOKENS_A_MINUTE: Subject = { dimension: 'tokens', windowMs: MINUTE_MS };
/** A refusal for these says nothing of it. */
const OTHERS: readonly unknown[] = ['requests', 'concurrency', 'inputTokens', 'outputTokens'];
/** Nothing of a call that came to nothing is left. */
const NOTHING = {};

/**
 * What time alone changes: a pause ends, a probe that isn't answered lets others go, and what one
 * response alone has said of limits is forgotten.
 */
export function passTime(state: LaneState, now: number): void {
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
      halt(state.recovery, command.forMs, now);
      break;
    case 'resume':
      resumeNow(state, now);
      break;
    case 'join':
      memberOf(state, from).inFlight = command.inFlight;
      break;
    case 'recall':
      recall(state, command, recallUse, now);
      break;
    case 'add':
      recall(state, command, addUse, now);
      break;
    case 'used':
      take(state.limits, command.cost, now);
      break;
    case 'lapse':
      lapse(state, from, command.call, now);
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

/** Takes over what a process knows of limits. What can't be read says nothing. */
function recall(
  { limits }: LaneState,
  known: { readonly limits: string; readonly at: number },
  take: typeof recallUse,
  now: number,
): void {
  try {
    take(limits, limitSet.unpack(JSON.parse(known.limits), known.at), now);
  } catch {}
}

/** A call that was granted is not asked for again: the process has asked before it heard of it. */
function ask(member: Member, tickets: readonly Ticket[]): void {
  const known = new Map(member.tickets.map((each) => [each.id, each]));
  const asked = new Set(tickets.map(({ id }) => id));
  member.granted = member.granted.filter((id) => asked.has(id));
  const open = tickets.filter(({ id }) => !member.granted.includes(id));
  member.tickets = open.map((each) => ({ ...each, deadline: known.get(each.id)?.deadline }));
}

function lapse(state: LaneState, from: string, call: SentCall, now: number): void {
  const nothing = { actual: NOTHING, wasAnswered: false, isRefused: false };
  endCall(state, from, { call, ...nothing }, now);
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

function endPause(state: LaneState, until: number, now: number): void {
  const { learning, limits, recovery } = state;
  const { since = until } = recovery.pause ?? {};
  holdBeliefs(learning.known, since, now);
  const isStray = recovery.pause?.cause !== 'capacity' && drawConclusions(learning, limits, until);
  resume(recovery, now);
  if (isStray && isPaced(learning)) release(recovery);
}

function resumeNow(state: LaneState, now: number): void {
  reconsider(state.recovery, now);
  if (pauseOf(state.recovery) !== undefined) endPause(state, now, now);
}

/** Limits count a call from when it is sent; it was granted before. */
function restamp({ limits }: LaneState, { cost, at }: SentCall, now: number): void {
  if (now - at < SENT_AT_ONCE_MS) return;
  withdrawFromTrial(limits, { cost, at });
  retime(limits, cost, at, now);
}

function hearAnswer(state: LaneState, call: SentCall, isRefused: boolean, now: number): void {
  const { recovery, learning, limits } = state;
  // Where the refusal has paused nothing, the next call may go.
  if (isRefused) forget(recovery, call.epoch);
  if (isRefused) return;
  answeredInTrial(limits, call, now);
  if (isOfPause(recovery, call.epoch)) endByProbe(state, now);
  answer(recovery, call.epoch, isPaced(learning), now);
  const isFull = inFlight(state) >= learning.concurrency.limit;
  learnAnswer(learning, limits, call, isFull, now);
  const { pause } = recovery;
  if (pause === undefined || !isPaced(learning)) return;
  if (isUnrelated(learning, pause.cause, now)) release(recovery);
}

/** A call that was let through in a pause has passed: a day's limit that has room was not used up. */
function endByProbe(state: LaneState, now: number): void {
  if (state.recovery.pause?.cause === 'daily') state.learning.episode = undefined;
  endPause(state, now, now);
  start(state.recovery, now);
}

function endCall(
  state: LaneState,
  from: string,
  { call, actual, wasAnswered, isRefused }: Omit<Extract<LaneCommand, { kind: 'ended' }>, 'kind'>,
  now: number,
): void {
  const { limits, learning, recovery } = state;
  const member = memberOf(state, from);
  member.inFlight = Math.max(0, member.inFlight - 1);
  // The process has heard of its grant. A retry asks with the same number.
  member.granted = member.granted.filter((id) => id !== call.id);
  noteFlight(state, now - call.at);
  const { charge } = call;
  if (charge !== undefined) settleCharge(learning.charge, charge, actual, isRefused);
  const charged = isRefused ? actual : chargedInTheEnd(learning.charge, charge, actual);
  if (!isRefused) learnEnd(learning, call, charged);
  if (!isRefused) endedInTrial(limits, call, wasAnswered ? charged : undefined, now);
  const isKnown = charge !== undefined && foundRule(learning.charge) !== undefined;
  settle(limits, call.cost, charged, call.at, now, isKnown);
  if (!wasAnswered) forget(recovery, call.epoch);
}

function hearLimits(
  { learning, limits, recovery }: LaneState,
  { call, observed }: Extract<LaneCommand, { kind: 'observed' }>,
  now: number,
): void {
  const sightings = observe(learning, limits, call, observed, now);
  if (sightings.length > 0) open(recovery);
  hearRemaining(learning, call, sightings, now);
}

/** What the server has left shows what it has charged. */
function hearRemaining(
  { charge }: Learning,
  call: SentCall,
  sightings: readonly Sighting[],
  now: number,
): void {
  if (call.charge === undefined) return;
  const shown = sightings.find((each) => isSameLimit(each, TOKENS_A_MINUTE));
  if (shown?.remaining === undefined) return;
  hearCharge(charge, call.charge, { limit: shown.max, remaining: shown.remaining }, now);
}

/** A refusal states the charge, or casts doubt on what is known of it. */
function hearRequested(
  { charge }: Learning,
  call: SentCall,
  { dimension, stated }: RefusalWords,
): void {
  if (call.charge === undefined || OTHERS.includes(dimension)) return;
  const { requested } = stated ?? {};
  const isExplained = requested !== undefined && stateCharge(charge, call.charge, requested);
  if (!isExplained) doubtCharge(charge);
}

function hearRefusal(
  state: LaneState,
  { call, cause, retryAfterMs, words, earlier }: Extract<LaneCommand, { kind: 'refused' }>,
  now: number,
): void {
  const { learning, limits, recovery } = state;
  if (cause !== 'capacity') learnRefusal(learning, limits, call, now);
  const isTried = cause === 'rate' && refusedInTrial(limits, call, now);
  if (cause === 'rate') hearRequested(learning, call, words);
  // One call that is always refused is one witness, however often it asks.
  if (isOwn(recovery, { earlier })) return;
  if (!isTried && isUnrelated(learning, cause, now) && pauseOf(recovery) === undefined) {
    strayed(learning, limits, words, call, inFlight(state), now);
    return;
  }
  const pause = refuse(recovery, { epoch: call.epoch, cause, retryAfterMs, earlier }, now);
  if (pause === undefined) return;
  beginEpisode(learning, limits, cause, words, call, inFlight(state), now);
  if (isTried) explain(learning);
}

function noteFlight({ flight }: LaneState, flightMs: number): void {
  const weight = Math.max(FLIGHT_WEIGHT, 1 / ++flight.count);
  flight.meanMs += weight * (flightMs - flight.meanMs);
}
