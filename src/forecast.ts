import type { CallQueue } from './call-queue.ts';
import { RateLimitExceeded } from './errors.ts';
import type { Reason } from './events.ts';
import type { Gate } from './gate.ts';
import { plus } from './limits.ts';
import type { WaitingCall } from './waiting-call.ts';

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

type Asked = Pick<WaitingCall, 'cost' | 'expects' | 'caller'>;

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
  const ofLane = gate.predict(plus(before, cost), now);
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

/** The error of a call that would wait longer than it may. */
export function tooLong(
  call: { readonly model: string; readonly caller: WaitingCall['caller'] },
  maxWaitMs: number,
  { waitMs, reason, limitOf }: Forecast,
  { gate }: Situation,
  now: number,
): RateLimitExceeded {
  const levels = limitOf === 'key' ? call.caller.levels(now) : gate.levels(now);
  const [scarcest] = levels
    .filter(({ limit }) => limit.dimension === reason)
    .sort((one, other) => one.level - other.level);
  const whose = limitOf === 'key' ? ` of '${call.caller.key ?? 'its tier'}'` : '';
  const seconds = Math.ceil(waitMs / 1000);
  return new RateLimitExceeded({
    message: `This call to ${call.model} would wait ${seconds} s for ${reason}${whose}, longer than \`maxWaitMs\` (${maxWaitMs}) allows`,
    reason,
    waitMs,
    limit: scarcest?.limit.max,
    remaining: scarcest && Math.max(0, Math.floor(scarcest.level)),
    resetAt: now + waitMs,
  });
}
