import type { LaneCommand } from './commands.ts';
import { inFlight, type LaneState, memberOf } from './lane-state.ts';
import { holdBeliefs } from './learning/beliefs.ts';
import { chargedInTheEnd, hearRequested, settleCharge } from './learning/charge.ts';
import { foundRule } from './learning/charge-belief.ts';
import { isPaced, answered as learnAnswer, ended as learnEnd } from './learning/learning.ts';
import { observe, outdo, passed } from './learning/observations.ts';
import {
  beginEpisode,
  resumed as drawConclusions,
  explain,
  isUnrelated,
  refused as learnRefusal,
  strayed,
} from './learning/refusals.ts';
import { answeredInTrial, endedInTrial, refusedInTrial } from './limits/burst-evidence.ts';
import { settle } from './limits/limit-set.ts';
import { giveBackRefused } from './limits/long-limits.ts';
import {
  answer,
  concernsOnlyItsCall,
  forget,
  isOfPause,
  open,
  reconsider,
  refuse,
  release,
  resume,
  start,
} from './recovery.ts';
import { pauseOf } from './recovery-state.ts';
import type { GrantedCall } from './ticket.ts';

/*
 * What a lane does with what it hears from the provider: answers, ends, limits and refusals, each of
 * which recovery, learning and limits have to be told of, in this order.
 */

/** How much the last call says of how long calls are in flight. */
const FLIGHT_WEIGHT = 0.05;

/** The pause is over since `until`: conclusions are drawn, and one call probes. */
export function endPause(state: LaneState, until: number, now: number): void {
  const { learning, limits, recovery } = state;
  const { since = until } = recovery.pause ?? {};
  holdBeliefs(learning.known, since, now);
  const isStray = recovery.pause?.cause !== 'capacity' && drawConclusions(learning, limits, until);
  resume(recovery, now);
  if (isStray && isPaced(learning)) release(recovery);
}

/** An operator ends the pause, or the user's patience with it. */
export function resumeNow(state: LaneState, now: number): void {
  reconsider(state.recovery, now);
  if (pauseOf(state.recovery) !== undefined) endPause(state, now, now);
}

/** A call was answered: its headers have come. */
export function hearAnswer(
  state: LaneState,
  call: GrantedCall,
  isRefused: boolean,
  now: number,
): void {
  const { recovery, learning, limits } = state;
  // Where the refusal has paused nothing, the next call may go.
  if (isRefused) forget(recovery, call.epoch);
  if (isRefused) return;
  answeredInTrial(limits, call, now);
  renewDay(state, call, now);
  if (isOfPause(recovery, call.epoch)) endByProbe(state, now);
  answer(recovery, call.epoch, isPaced(learning), now);
  const isFull = inFlight(state) >= learning.concurrency.limit;
  learnAnswer(learning, limits, call, isFull, now);
  const { pause } = recovery;
  if (pause === undefined || !isPaced(learning)) return;
  if (isUnrelated(learning, pause.cause, now)) release(recovery);
}

/** A call has passed: that may show that a new day has begun. */
function renewDay({ recovery, learning, limits }: LaneState, call: GrantedCall, now: number): void {
  const { pause, epoch } = recovery;
  const isFirst = isOfPause(recovery, call.epoch) || learning.answers === 0;
  const isOfDay = pause?.cause === 'daily' && call.epoch === epoch;
  passed(learning, limits, call.cost, isFirst && isOfDay, now);
}

/** A call that was let through in a pause has passed: a day's limit that has room was not used up. */
function endByProbe(state: LaneState, now: number): void {
  if (state.recovery.pause?.cause === 'daily') state.learning.episode = undefined;
  endPause(state, now, now);
  start(state.recovery, now);
}

/** A call has ended, and cost `actual`. */
export function endCall(
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
  if (!isRefused && wasAnswered) outdo(learning, limits, call.cost, actual, now);
  if (!isRefused) endedInTrial(limits, call, wasAnswered ? charged : undefined, now);
  const isKnown = charge !== undefined && foundRule(learning.charge) !== undefined;
  settle(limits, call.cost, charged, call.at, now, isKnown);
  if (isRefused) giveBackRefused(limits, charged, call.at, now);
  if (!wasAnswered) forget(recovery, call.epoch);
}

/** A response shows limits, and what is left of them. */
export function hearLimits(
  { learning, limits, recovery }: LaneState,
  { call, observed }: Extract<LaneCommand, { kind: 'observed' }>,
  now: number,
): void {
  const sightings = observe(learning, limits, call, observed, now);
  if (sightings.length > 0) open(recovery);
}

/** A call was refused: it alone waits, or the whole lane. */
export function hearRefusal(
  state: LaneState,
  { call, cause, retryAfterMs, words, earlier }: Extract<LaneCommand, { kind: 'refused' }>,
  now: number,
): void {
  const { learning, limits, recovery } = state;
  if (cause !== 'capacity') learnRefusal(learning, limits, call, now);
  const isTried = cause === 'rate' && refusedInTrial(limits, call, now);
  if (cause === 'rate') hearRequested(learning.charge, call, words);
  // One call that is always refused is one witness, however often it asks.
  if (concernsOnlyItsCall(recovery, { earlier })) return;
  const said = { ...words, isRepeat: (earlier ?? 0) > 0 };
  if (!isTried && isUnrelated(learning, cause, now) && pauseOf(recovery) === undefined) {
    strayed(learning, limits, said, call, inFlight(state), now);
    return;
  }
  const pause = refuse(recovery, { epoch: call.epoch, cause, retryAfterMs, earlier }, now);
  if (pause === undefined) return;
  beginEpisode(learning, limits, cause, said, call, inFlight(state), now);
  if (isTried) explain(learning);
}

function noteFlight({ flight }: LaneState, flightMs: number): void {
  const weight = Math.max(FLIGHT_WEIGHT, 1 / ++flight.count);
  flight.meanMs += weight * (flightMs - flight.meanMs);
}
