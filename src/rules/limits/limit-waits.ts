import { amount, type Cost, type Dimension, type Limit } from '../../model/limits.ts';
import { emptiedTo } from './bucket.ts';
import { markBusy } from './busy-spell.ts';
import { type LimitMeter, refillMeter } from './limit-meter.ts';
import { counting, type LimitSet } from './limit-set.ts';
import {
  mayExceedBy,
  meterForecast,
  meterWaitAfter,
  meterWaitOfHead,
  meterWaitOfOther,
  resetWait,
} from './meter-room.ts';
import { takeFirst, takeLater } from './meter-use.ts';
import { isSure } from './metered-limit.ts';

/** How long a cost must wait, and the dimension whose limit delays it. */
export interface Wait {
  readonly waitMs: number;
  readonly dimension: Dimension;
}

/** The first call of the queue, and the latest time at which it must be able to go. */
export interface Head {
  readonly cost: Cost;
  readonly deadline: number;
}

/** Ten calls at once must fit each limit, as far as their costs are estimates. */
const EXPECTED_SHARE = 0.1;

/**
 * Caps the dimensions of `cost` that are mere estimates (`expected`) at 10 % of each limit, so that
 * an estimate never blocks a call. An unsure limit, or a doubtful one, turns no call away:
 * costs are capped at its maximum.
 */
export function capEstimates(set: LimitSet, cost: Cost, expected: readonly Dimension[]): Cost {
  let capped: Partial<Record<Dimension, number>> | undefined;
  for (const meter of set.meters) {
    const { dimension, max } = meter.limit;
    const isExpected = expected.includes(dimension);
    if (!isExpected && maySayNo(meter)) continue;
    const most = isExpected ? EXPECTED_SHARE * max : max;
    if (amount(capped ?? cost, dimension) <= most) continue;
    capped ??= { ...cost };
    capped[dimension] = most;
  }
  return capped ?? cost;
}

/** The limit that `cost` alone exceeds, if there is one: such a call can never pass. */
export function tooSmallFor(set: LimitSet, cost: Cost): Limit | undefined {
  const isTooSmall = (meter: LimitMeter): boolean =>
    maySayNo(meter) && amount(cost, meter.limit.dimension) > meter.limit.max;
  return set.meters.find(isTooSmall)?.limit;
}

/** Whether the limit is sure enough to turn a call away. */
function maySayNo({ limit, isDoubtful }: LimitMeter): boolean {
  return isSure(limit) && !isDoubtful;
}

/** How long a single call would wait. Takes nothing. */
export function wait(set: LimitSet, cost: Cost, now: number): Wait {
  return longest(set, cost, now, (meter, part) => meterWaitOfHead(meter, part, set, now));
}

/** How long a later call would wait, without going beyond a burst that is on trial. Takes nothing. */
export function waitBehind(set: LimitSet, cost: Cost, now: number): Wait {
  return longest(set, cost, now, (meter, part) => meterWaitOfOther(meter, part, set, now));
}

/** How long the last of several calls that cost `cost` together would wait. Takes nothing. */
export function predict(set: LimitSet, cost: Cost, now: number): Wait {
  return longest(set, cost, now, (meter, part) => meterForecast(meter, part, set, now));
}

/** Takes `cost` for the first call of the queue if it fits, that is if the returned wait is 0. */
export function takeAsHead(set: LimitSet, cost: Cost, now: number): Wait {
  const found = slowest(set, cost, now, (meter, part) => meterWaitOfHead(meter, part, set, now));
  if (found === undefined) {
    takeAll(set, cost, (meter, part) => takeFirst(meter, part, set, now));
    return NO_WAIT;
  }
  markBusy(found.meter.busy, found.waitMs, now);
  return waitOf(found);
}

/**
 * Takes `cost` for a call behind `head`, if it fits and the head can still go by its deadline. An
 * infinite wait: not before the head has gone.
 */
export function takeBehind(set: LimitSet, cost: Cost, head: Head, now: number): Wait {
  const own = waitBehind(set, cost, now);
  const ofHead = longest(set, cost, now, (meter, part) =>
    meterWaitAfter(meter, part, amount(head.cost, meter.limit.dimension), set, now),
  );
  if (now + ofHead.waitMs > head.deadline) return { ...ofHead, waitMs: Number.POSITIVE_INFINITY };
  if (own.waitMs === 0) take(set, cost, now);
  return own;
}

/** Takes `cost` whether it fits or not. A call that probes after a pause may make a debt. */
export function take(set: LimitSet, cost: Cost, now: number): void {
  takeAll(set, cost, (meter, part) => takeLater(meter, part, set, now));
}

type Act<T> = (meter: LimitMeter, part: number) => T;

function takeAll(set: LimitSet, cost: Cost, act: Act<void>): void {
  const { requests, tokens, inputTokens, outputTokens, usd } = set.taken;
  set.taken = {
    requests: requests + amount(cost, 'requests'),
    tokens: tokens + amount(cost, 'tokens'),
    inputTokens: inputTokens + amount(cost, 'inputTokens'),
    outputTokens: outputTokens + amount(cost, 'outputTokens'),
    usd: usd + amount(cost, 'usd'),
  };
  for (const meter of counting(set)) act(meter, amount(cost, meter.limit.dimension));
}

const NO_WAIT: Wait = { waitMs: 0, dimension: 'requests' };

interface MeterWait {
  readonly waitMs: number;
  readonly meter: LimitMeter;
}

function longest(set: LimitSet, cost: Cost, now: number, waitMsOf: Act<number>): Wait {
  return waitOf(slowest(set, cost, now, waitMsOf));
}

function waitOf(found: MeterWait | undefined): Wait {
  if (found === undefined) return NO_WAIT;
  return { waitMs: found.waitMs, dimension: found.meter.limit.dimension };
}

/** The meter with the longest wait above 0. */
function slowest(
  set: LimitSet,
  cost: Cost,
  now: number,
  waitMsOf: Act<number>,
): MeterWait | undefined {
  let found: MeterWait | undefined;
  for (const meter of set.meters) {
    const part = amount(cost, meter.limit.dimension);
    if (mayExceedBy(meter, part, set, now)) continue;
    const waitMs = Math.min(waitMsOf(meter, part), resetWait(meter, part, now));
    if (waitMs > (found?.waitMs ?? 0)) found = { waitMs, meter };
  }
  return found;
}

/**
 * Gives back what a call took at `at` that was never sent. The server didn't know of it: its bucket may
 * have been full all the time, and what flowed in since then lost. So much is lost here, too, but for
 * what was of `earlier` calls. Windows of the server don't lose anything.
 */
export function giveBackUnsent(
  set: LimitSet,
  { at }: { readonly at: number },
  earlier: Cost,
  now: number,
  giveBack: () => void,
): void {
  for (const meter of set.meters) refillMeter(meter, set, now);
  const before = new Map(set.meters.map((meter) => [meter, meter.bucket.level]));
  giveBack();
  for (const meter of set.meters) {
    const inflow = meter.spec.perMs * Math.max(0, now - at);
    const lost = Math.max(0, inflow - amount(earlier, meter.limit.dimension));
    const { level } = meter.bucket;
    meter.bucket = emptiedTo(meter.bucket, Math.max(before.get(meter) ?? level, level - lost));
  }
}
