import type { Caller } from '../callers/caller.ts';
import { RateLimitExceeded } from '../errors.ts';
import type { Reason } from '../events.ts';
import type { Gate } from '../gate/gate.ts';
import { amount, DIMENSIONS, plus } from '../limits.ts';
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
): Forecast {
  const { gate, queue, obstacle, pauseMs } = situation;
  const { caller, expects } = call;
  const cost = gate.tempered(call.cost, expects);
  const before = queue.line.costBefore(call, priority, queue.waitingCost);
  const isFirst = DIMENSIONS.every((dimension) => amount(before, dimension) === 0);
  const ofLane = isFirst ? gate.wait(cost, now) : gate.predict(plus(before, cost), now);
  const ownBefore = queue.line.flow(caller)?.costBefore(priority) ?? {};
  const own = caller.forecast(plus(ownBefore, caller.tempered(call.cost, expects)), now);
  const slotMs = obstacle === 'concurrency' ? slotWait(situation) : 0;
  const laneMs = Math.max(ofLane.waitMs, slotMs) + pauseMs;
  if (own.waitMs > laneMs) return { waitMs: own.waitMs, reason: own.dimension, limitOf: 'key' };
  return { waitMs: laneMs, reason: obstacle ?? ofLane.dimension, limitOf: 'lane' };
}

/** The calls in flight end one after the other, as evenly as they are long. */
function slotWait({ queue, flightMs }: Situation): number {
  return (flightMs * (queue.size + 1)) / queue.concurrency;
}

/** The error of a call that would wait longer than it may, or has. */
export function tooLong(
  { caller, model, since }: Pick<WaitingCall, 'caller' | 'since'> & { readonly model: string },
  maxWaitMs: number,
  forecast: Forecast,
  situation: Situation,
  now: number,
): RateLimitExceeded {
  const { reason, limitOf } = forecast;
  // Somebody who may not wait is told to come again a moment later at the earliest.
  const waitMs = Math.max(1, forecast.waitMs);
  const whose = limitOf === 'key' ? ` of ${nameOf(caller)}` : '';
  const waits =
    now > since
      ? `has waited ${inSeconds(now - since)} for ${reason}${whose}, as long as`
      : `would wait ${inSeconds(waitMs)} for ${reason}${whose}, longer than`;
  return new RateLimitExceeded({
    message: `This call to ${model} ${waits} \`maxWaitMs\` (${maxWaitMs}) allows`,
    reason,
    waitMs,
    ...evidence(caller, forecast, situation, now),
    resetAt: now + waitMs,
  });
}

function inSeconds(ms: number): string {
  return `${Math.ceil(ms / 1000)} s`;
}

function nameOf({ key }: Caller): string {
  return key === undefined ? 'its tier' : `'${key}'`;
}

/** The limit that holds the call back, and what is left of it. */
function evidence(
  caller: Caller,
  { reason, limitOf }: Forecast,
  { gate, queue }: Situation,
  now: number,
): { readonly limit?: number; readonly remaining?: number } {
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
  const remaining = Math.floor(level - amount(claimed, limit.dimension));
  return { limit: limit.max, remaining: Math.max(0, remaining) };
}
