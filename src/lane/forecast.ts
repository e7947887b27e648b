import type { Caller } from '../callers/caller.ts';
import { inWords, wholeMs } from '../duration.ts';
import { RateLimitExceeded } from '../errors.ts';
import type { Gate } from '../gate/gate.ts';
import { amount, DIMENSIONS, isUpstream, plus } from '../model/limits.ts';
import type { Reason } from '../model/reason.ts';
import type { CallQueue } from '../queue/call-queue.ts';
import type { WaitingCall } from '../queue/waiting-call.ts';

/** When a call is expected to go, and what holds it back until then. */
export interface Forecast {
  readonly waitMs: number;
  readonly reason: Reason;
  /** Whether it is the lane's limits or those of the caller's tier. */
  readonly limitOf: 'lane' | 'key';
}

/** What a forecast is made from. */
export interface Situation {
  readonly gate: Gate;
  readonly queue: CallQueue;
  /** What stops the whole lane now, and how long a pause still lasts. */
  readonly obstacle: Reason | undefined;
  readonly pauseMs: number;
  /** How long calls have lately been in flight. */
  readonly flightMs: number;
}

/** How long a store holds a call back, which knows what other processes have used. */
export interface SaidWait {
  readonly waitMs: number;
  readonly reason: Reason;
  /** Whether it is that very call, and not one before it. */
  readonly isOwn: boolean;
}

/** What a store has said last of a call: for the lane's limits, and for its caller's own. */
export interface Said {
  readonly ofLane?: SaidWait | undefined;
  readonly ofKey?: SaidWait | undefined;
}

type Asked = Pick<WaitingCall, 'cost' | 'counted' | 'expects' | 'caller'>;

/**
 * When a call would go if it joined now: after its caller's calls of the same priority or a higher
 * one, and after as much of each other caller's. A prediction: calls that come later may pass it.
 */
export function forecast(
  call: Asked,
  priority: number,
  situation: Situation,
  now: number,
  said: Said = {},
): Forecast {
  const { gate, queue, pauseMs } = situation;
  const obstacle = situation.obstacle ?? stopIn(said);
  const { caller, expects } = call;
  const cost = gate.tempered(call.cost, expects);
  const before = queue.line.costBefore(call, priority, queue.waitingCost);
  const isFirst = DIMENSIONS.every((dimension) => amount(before, dimension) === 0);
  const lane = isFirst ? gate.wait(cost, now) : gate.predict(plus(before, cost), now);
  const ofLane = corrected(lane, obstacle === undefined ? said.ofLane : undefined);
  const ownBefore = queue.line.flow(caller)?.costBefore(priority) ?? {};
  const isFull = said.ofKey?.reason === 'concurrency';
  const key = caller.forecast(plus(ownBefore, caller.tempered(call.cost, expects)), now, isFull);
  const own = corrected(key, isFull ? undefined : said.ofKey);
  const slotMs = obstacle === 'concurrency' ? slotWait(situation) : 0;
  const laneMs = Math.max(ofLane.waitMs, slotMs) + pauseMs;
  if (own.waitMs > laneMs) return { ...own, limitOf: 'key' };
  return { waitMs: laneMs, reason: obstacle ?? ofLane.reason, limitOf: 'lane' };
}

/** What stops the whole lane, as the store says: how long is not what it tells. */
function stopIn({ ofLane }: Said): Reason | undefined {
  const isStop = ofLane?.reason === 'concurrency' || ofLane?.reason === 'paused';
  return isStop ? ofLane.reason : undefined;
}

/** A wait, where a store may know better. What it says of an earlier call is the least. */
function corrected(
  { waitMs, dimension }: { readonly waitMs: number; readonly dimension: Reason },
  said: SaidWait | undefined,
): Omit<Forecast, 'limitOf'> {
  const isBetter = said !== undefined && (said.isOwn || said.waitMs > waitMs);
  const better = isBetter ? { waitMs: Math.max(0, said.waitMs), reason: said.reason } : undefined;
  return better ?? { waitMs, reason: dimension };
}

/** The calls in flight end one after the other, as evenly as they are long. */
function slotWait({ queue, flightMs }: Situation): number {
  return (flightMs * (queue.waiting + 1)) / queue.concurrency;
}

/** What a wait is taken for of which nothing is known: a lane that feels its way goes on by then. */
const UNKNOWN_MS = 1000;

/**
 * The wait that a caller is told, in whole milliseconds. Never 0, for it has to wait, and might ask
 * again and again without a pause. Where nobody knows how long (no call has ended yet, or the lane
 * waits for an answer before it goes on), it is as long as calls have lately been in flight, a
 * second at most.
 */
export function toldWaitMs({ waitMs }: Forecast, { flightMs }: Situation): number {
  const unknownMs = flightMs > 0 ? Math.min(flightMs, UNKNOWN_MS) : UNKNOWN_MS;
  return Math.max(1, wholeMs(waitMs > 0 ? waitMs : unknownMs));
}

/** What forbids a call to wait. */
export interface Patience {
  readonly maxWaitMs: number;
  /** False for calls that are rejected by their `onLimit`. */
  readonly mayWait: boolean;
}

/** A call that is, or is to be, turned away for its wait, as it stands now. */
interface Turned {
  readonly caller: Caller;
  readonly model: string;
  readonly forecast: Forecast;
  readonly situation: Situation;
  readonly now: number;
}

/** The error of a call that would wait longer than it may. */
export function wouldWait(turned: Turned, { maxWaitMs, mayWait }: Patience): RateLimitExceeded {
  const { waitMs } = turned.forecast;
  // A wait that nobody knows is not told in words.
  const waits = waitMs > 0 ? `would wait ${inWords(waitMs)}` : 'would have to wait';
  const why = mayWait
    ? `longer than \`maxWaitMs\` (${maxWaitMs}) allows`
    : "and `onLimit` is 'reject'";
  return exceeded(turned, `${waits} ${objectOf(turned)}, ${why}`);
}

/** The error of a call that has waited as long as it may, since `since`. */
export function hasWaited(turned: Turned, maxWaitMs: number, since: number): RateLimitExceeded {
  const waited = inWords(Math.floor(turned.now - since));
  const why = `as long as \`maxWaitMs\` (${maxWaitMs}) allows`;
  return exceeded(turned, `has waited ${waited} ${objectOf(turned)}, ${why}`);
}

function exceeded(
  { caller, model, forecast, situation, now }: Turned,
  words: string,
): RateLimitExceeded {
  const waitMs = toldWaitMs(forecast, situation);
  return new RateLimitExceeded({
    message: `This call to ${model} ${words}`,
    reason: forecast.reason,
    waitMs,
    ...evidence(caller, forecast, situation, now),
    resetAt: now + waitMs,
  });
}

/** What isn't waited for by its own name. */
const OBJECTS: Readonly<Partial<Record<Reason, string>>> = {
  paused: 'for a pause to end',
  learning: 'for the first response',
  usd: 'for a limit in US dollars',
};

function objectOf({ caller, forecast: { reason, limitOf } }: Turned): string {
  const whose = limitOf === 'key' ? ` of ${nameOf(caller)}` : '';
  return `${OBJECTS[reason] ?? `for ${reason}`}${whose}`;
}

function nameOf({ key }: Caller): string {
  return key === undefined ? 'its tier' : `'${key}'`;
}

/** The limit of which the least is left, while the provider takes no calls: nothing of it. */
export function pausedEvidence(gate: Gate, now: number): Evidence {
  const levels = gate.levels(now).filter(({ limit }) => isUpstream(limit));
  const [scarcest] = levels.sort((one, other) => shareOf(one) - shareOf(other));
  return scarcest === undefined ? {} : { limit: scarcest.limit.max, remaining: 0 };
}

function shareOf({ limit, level }: ReturnType<Gate['levels']>[number]): number {
  return level / limit.max;
}

interface Evidence {
  readonly limit?: number;
  readonly remaining?: number;
}

/** The limit that holds the call back, and what is left of it. */
function evidence(
  caller: Caller,
  { reason, limitOf }: Forecast,
  { gate, queue }: Situation,
  now: number,
): Evidence {
  if (reason === 'paused') return pausedEvidence(gate, now);
  if (reason === 'concurrency') {
    const limit = limitOf === 'key' ? caller.terms.concurrency : queue.concurrency;
    return { limit, remaining: 0 };
  }
  const levels = limitOf === 'key' ? caller.levels(now) : gate.levels(now);
  const [scarcest] = levels
    .filter(({ limit }) => limit.dimension === reason)
    .sort((one, other) => one.level - other.level);
  if (scarcest === undefined) return {};
  const { limit, level } = scarcest;
  // What waits already has a claim to what is left.
  const claimed =
    limitOf === 'key'
      ? (queue.line.flow(caller)?.costBefore(Number.NEGATIVE_INFINITY) ?? {})
      : queue.waitingCost;
  const left = level - amount(claimed, limit.dimension);
  // Dollars are counted to the billionth.
  const unit = limit.dimension === 'usd' ? 1e9 : 1;
  const remaining = Math.floor(left * unit) / unit;
  return { limit: limit.max, remaining: Math.max(0, remaining) };
}
