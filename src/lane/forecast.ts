import { type Caller, type OwnForecast, SLOT_MS } from '../callers/caller.ts';
import { inWords, wholeMs } from '../duration.ts';
import { copyOfValue } from '../model/copy.ts';
import { amount, type Cost, isUpstream, plus } from '../model/limits.ts';
import type { Reason } from '../model/reason.ts';
import type { QueuedCall } from '../queue/queued-call.ts';
import { RateLimitExceeded } from '../rate-limit-exceeded.ts';
import { levels } from '../rules/limits/limit-levels.ts';
import type { LimitSet } from '../rules/limits/limit-set.ts';
import { capEstimates } from '../rules/limits/limit-waits.ts';
import { type Calls, QueueForecast } from '../rules/queue-forecast.ts';
import type { Patience } from './lane-call.ts';
import type { Reservation } from './reservation.ts';
import { type LaneSituation, lineOf } from './situation.ts';

/** When a call is expected to go, and what holds it back until then. */
export interface Forecast {
  readonly waitMs: number;
  readonly reason: Reason;
  /** Whether it is the lane's limits or those of the caller's tier. */
  readonly limitOf: 'lane' | 'key';
}

/** A call that wants to know. */
export type Asking = Pick<
  QueuedCall,
  | 'cost'
  | 'ownCost'
  | 'charges'
  | 'counted'
  | 'expects'
  | 'caller'
  | 'callId'
  | 'attempt'
  | 'ref'
  | 'own'
  | 'priority'
  | 'sharedKey'
  | 'since'
>;

/** What a wait is taken for of which nothing is known: a lane that feels its way goes on by then. */
const UNKNOWN_MS = 1000;
/** So many of the calls that wait are foreseen one by one. */
const FIRST_CALLS = 256;

/**
 * When calls will go: after their caller's calls of the same priority or a higher one, and after as
 * much of each other caller's. A prediction: calls that come later may pass them.
 */
export class Forecaster {
  readonly #situation: () => LaneSituation;
  #line: QueueForecast | undefined;
  /** What it was foreseen from. */
  #limits: LimitSet | undefined;

  constructor(situation: () => LaneSituation) {
    this.#situation = situation;
  }

  get situation(): LaneSituation {
    return this.#situation();
  }

  /** Limits or the queue are others than was foreseen. */
  forget(): void {
    this.#line = undefined;
  }

  /** A call has gone. Where it was one of those that wait, that was foreseen. */
  went({ isCounted, counted }: QueuedCall<Reservation>): void {
    if (!isCounted || this.#line?.wentOne(counted) !== true) this.forget();
  }

  /** When a call would go if it joined now. */
  of(call: Asking): Forecast {
    const { caller, priority } = call;
    const situation = this.#situation();
    const { limits, queue, others, obstacle, pauseMs } = situation;
    const cost = capEstimates(limits, call.cost, call.expects);
    const ahead = others?.before(call, queue) ?? queue.before(caller, call.counted, priority);
    const lane = this.#after(ahead, cost, situation);
    const slotMs = obstacle === 'concurrency' ? slotWait(situation) : 0;
    const laneMs = Math.max(lane.waitMs, slotMs + pauseMs);
    const own = this.#ofOwn(call, situation);
    if (own.waitMs > laneMs) return { waitMs: own.waitMs, reason: own.reason, limitOf: 'key' };
    const limitOf = situation.isOwn ? 'key' : 'lane';
    return { waitMs: laneMs, reason: obstacle ?? lane.dimension, limitOf };
  }

  /** What its caller's own limits make of it, where they are kept in this process. */
  #ofOwn(
    { caller, own, priority, ownCost, expects }: Asking,
    { queue, now }: LaneSituation,
  ): OwnForecast {
    if (own === undefined) return { waitMs: 0, reason: 'requests' };
    const before = queue.ownCostBefore(caller, priority);
    return caller.forecast(plus(before, caller.capped(ownCost, expects)), now);
  }

  /** When the last call that waits here goes, or in any process: 0 without one, or `undefined` if unknown. */
  lastMs(ofAll: boolean): number | undefined {
    const situation = this.#situation();
    const { queue, others, obstacle, pauseMs } = situation;
    if (queue.size + (ofAll ? (others?.tickets.length ?? 0) : 0) === 0) return 0;
    const slotMs = obstacle === 'concurrency' ? slotWait(situation) + pauseMs : 0;
    const lastMs = Math.max(slotMs, this.#after(lineOf(situation), {}, situation).waitMs);
    return lastMs > 0 && lastMs < Number.POSITIVE_INFINITY ? lastMs : undefined;
  }

  /** The wait that a caller is told, which is never 0: see `reportedWaitMs`. */
  reported(forecast: Forecast): number {
    return reportedWaitMs(forecast, this.#situation());
  }

  #after(
    ahead: Calls,
    cost: Cost,
    { limits, now, pauseMs, queue, others }: LaneSituation,
  ): { readonly waitMs: number; readonly dimension: Reason } {
    // With a store, they are others once the value was read anew.
    const isSame = this.#limits === limits && this.#line?.reaches(ahead) === true;
    if (isSame && this.#line) return this.#line.waitAfter(ahead, cost, now);
    this.#limits = limits;
    this.#line = new QueueForecast(copyOfValue(limits), now + pauseMs);
    const isWhole = !others?.tickets.length && ahead.calls === queue.counted.calls;
    return this.#line.waitAfter(ahead, cost, now, isWhole ? firstCosts(queue) : []);
  }
}

/** What the first calls that wait cost, in their order; none where the order is not known. */
function firstCosts(queue: LaneSituation['queue']): Cost[] {
  return queue.first(FIRST_CALLS).map(({ counted }) => counted);
}

/** The calls in flight end one after the other, as evenly as they are long. */
function slotWait(situation: LaneSituation): number {
  if (situation.isOwn) return SLOT_MS;
  return (situation.flightMs * (lineOf(situation).calls + 1)) / situation.concurrency;
}

/**
 * The wait that a caller is told, in whole milliseconds. Never 0, for it has to wait, and might ask
 * again and again without a pause. Where nobody knows how long (no call has ended yet, or the lane
 * waits for an answer before it goes on), it is as long as calls have lately been in flight, a
 * second at most.
 */
export function reportedWaitMs({ waitMs }: Forecast, { flightMs }: LaneSituation): number {
  const unknownMs = flightMs > 0 ? Math.min(flightMs, UNKNOWN_MS) : UNKNOWN_MS;
  return Math.max(1, wholeMs(waitMs > 0 ? waitMs : unknownMs));
}

/** A call that is rejected for its wait, as it stands now. */
export interface Rejected {
  readonly caller: Caller;
  readonly model: string;
  readonly forecast: Forecast;
  readonly situation: LaneSituation;
}

/** The error of a call that would wait longer than it may. */
export function wouldWait(rejected: Rejected, { maxWaitMs, mayWait }: Patience): RateLimitExceeded {
  const { waitMs } = rejected.forecast;
  // A wait that nobody knows is not told in words.
  const waits = waitMs > 0 ? `would wait ${inWords(waitMs)}` : 'would have to wait';
  const isShort = mayWait && maxWaitMs > 0;
  const why = isShort ? `longer than the ${inWords(maxWaitMs)} allowed` : 'and may not wait';
  return exceeded(rejected, `${waits} ${objectOf(rejected)}, ${why}`);
}

/** The error of a call that has waited as long as it may, since `since`. */
export function hasWaited(rejected: Rejected, since: number): RateLimitExceeded {
  const waited = inWords(Math.floor(rejected.situation.now - rejected.situation.aheadMs - since));
  return exceeded(rejected, `has waited ${waited} ${objectOf(rejected)}, as long as it may`);
}

/** The limit of which the least is left, while the provider takes no calls: nothing of it. */
export function pausedEvidence(limits: LimitSet, now: number): HoldingLimit {
  const upstream = levels(limits, now).filter(({ limit }) => isUpstream(limit));
  const [scarcest] = upstream.sort((one, other) => shareOf(one) - shareOf(other));
  return scarcest === undefined ? {} : { limit: scarcest.limit.max, remaining: 0 };
}

function exceeded(
  { caller, model, forecast, situation }: Rejected,
  words: string,
): RateLimitExceeded {
  const waitMs = reportedWaitMs(forecast, situation);
  return new RateLimitExceeded({
    message: `This call to ${model} ${words}`,
    reason: forecast.reason,
    waitMs,
    ...evidence(caller, forecast, situation),
    resetAt: situation.now - situation.aheadMs + waitMs,
  });
}

/** What isn't waited for by its own name. */
const OBJECTS: Readonly<Partial<Record<Reason, string>>> = {
  paused: 'for a pause to end',
  learning: 'for the first response',
  usd: 'for a limit in US dollars',
};

function objectOf({ caller, forecast: { reason, limitOf } }: Rejected): string {
  const whose = limitOf === 'key' ? ` of its ${ownerOf(caller)}` : '';
  return `${OBJECTS[reason] ?? `for ${reason}`}${whose}`;
}

/** Not by name: a key may be a secret, and messages end in logs and in answers. */
function ownerOf({ key }: Caller): string {
  return key === undefined ? 'tier' : 'key';
}

function shareOf({ limit, level }: ReturnType<typeof levels>[number]): number {
  return level / limit.max;
}

interface HoldingLimit {
  readonly limit?: number;
  readonly remaining?: number;
}

/** The limit that holds the call back, and what is left of it. */
function evidence(
  caller: Caller,
  { reason, limitOf }: Forecast,
  situation: LaneSituation,
): HoldingLimit {
  const { now, limits, queue, concurrency } = situation;
  if (reason === 'paused') return pausedEvidence(limits, now);
  const isOwn = limitOf === 'key' && !situation.isOwn;
  if (reason === 'concurrency') {
    return { limit: isOwn ? caller.terms.concurrency : concurrency, remaining: 0 };
  }
  const [scarcest] = (isOwn ? caller.levels(now) : levels(limits, now))
    .filter(({ limit }) => limit.dimension === reason)
    .sort((one, other) => one.level - other.level);
  if (scarcest === undefined) return {};
  const { limit, level } = scarcest;
  // What waits already has a claim to what is left.
  const claimed = isOwn
    ? queue.ownCostBefore(caller, Number.NEGATIVE_INFINITY)
    : queue.counted.cost;
  const left = level - amount(claimed, limit.dimension);
  // Dollars are counted to the billionth.
  const unit = limit.dimension === 'usd' ? 1e9 : 1;
  return { limit: limit.max, remaining: Math.max(0, Math.floor(left * unit) / unit) };
}
