import { type OwnForecast, SLOT_MS } from '../callers/caller.ts';
import { wholeMs } from '../duration.ts';
import { copyOfValue } from '../model/copy.ts';
import { type Cost, plus } from '../model/limits.ts';
import type { Reason } from '../model/reason.ts';
import type { QueuedCall } from '../queue/queued-call.ts';
import type { LimitSet } from '../rules/limits/limit-set.ts';
import { capEstimates, type Wait } from '../rules/limits/limit-waits.ts';
import { type InLine, rehearsed } from '../rules/line-rehearsal.ts';
import { isAtLeast, LOOKED_AT } from '../rules/pick-next.ts';
import { type Calls, isSliced, QueueForecast } from '../rules/queue-forecast.ts';
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

/** A call that joins a line. */
export interface Joining {
  readonly call: Asking;
  /** So many of those that wait are before it. */
  readonly index: number;
  /** When it goes, by how long the lane's limits hold it; without that, after all that are before it. */
  told(lane?: Wait): Forecast;
}

/** What a wait is taken for of which nothing is known: a lane that feels its way goes on by then. */
const UNKNOWN_MS = 1000;
/** So many of the calls that wait are foreseen one by one. */
const FIRST_CALLS = 256;
/** Where seconds are counted, so many at least: of those behind, only the pace is known. */
const FIRST_SLICED = 160;
/** For each call that joins, so many are rehearsed where that are more: it costs each the same. */
const CALLS_OF_JOINED = 4;
/** But the event loop isn't held for longer; of those behind, few may pass so many. */
const MOST_REHEARSED = 512;
/** So many that join at once are told what others that joined with them take before them. */
const MOST_TOLD = 2048;

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

  /**
   * When a call would go if it joined now. A wait of at most `enoughMs` may be told too long: small
   * calls are then taken to pass no large ones.
   */
  of(call: Asking, enoughMs = 0): Forecast {
    const { told, cost, index, situation } = this.#asked(call);
    const forecast = told();
    if (forecast.waitMs <= enoughMs || index >= LOOKED_AT || !isAlone(situation)) return forecast;
    const line: InLine[] = situation.queue.first(LOOKED_AT);
    if (line.slice(0, index).every(({ counted }) => isAtLeast(cost, counted))) return forecast;
    line.splice(index, 0, { key: call.caller.id, counted: cost });
    return told(rehearsedIn(situation, line, index)[index]);
  }

  /** The same of a call that joins now, to be told once others have joined: see `ofLine`. */
  ofJoining(call: Asking): Joining {
    return this.#asked(call);
  }

  /** How long the lane's limits hold calls, where some of those that have joined are among the first. */
  ofLine(joined: readonly Joining[]): ReadonlyMap<InLine, Wait | undefined> {
    const situation = this.#situation();
    const { queue } = situation;
    const least = isSliced(situation.limits) ? FIRST_SLICED : LOOKED_AT;
    const calls = Math.min(MOST_REHEARSED, Math.max(least, CALLS_OF_JOINED * joined.length));
    const isInFront = isAlone(situation) && joined.some(({ index }) => index < calls);
    if (!isInFront) return new Map();
    // Of several callers', those that joined later may go before those that joined first.
    const most =
      queue.ahead.readyCallers > 1 ? CALLS_OF_JOINED * Math.min(joined.length, MOST_TOLD) : 0;
    const all = queue.first(Math.max(calls, most));
    const line = all.slice(0, calls);
    const waits = isPlain(line, joined) ? [] : rehearsedIn(situation, line);
    const behind = waitsBehind(situation, all, line.length);
    return new Map(all.map((call, index) => [call, waits[index] ?? behind[index]]));
  }

  #asked(call: Asking): Joining & { readonly cost: Cost; readonly situation: LaneSituation } {
    const situation = this.#situation();
    const { limits, queue, others, obstacle, pauseMs, isOwn } = situation;
    const cost = capEstimates(limits, call.cost, call.expects);
    const { caller, counted, priority } = call;
    const ahead = others?.before(call, queue) ?? queue.ahead.of(caller, counted, priority);
    const own = this.#ofOwn(call, situation);
    const slotMs = obstacle === 'concurrency' ? slotWait(situation) : 0;
    const told = (lane?: Wait): Forecast => {
      const { waitMs, dimension } = lane ?? this.#after(ahead, cost, situation);
      const laneMs = Math.max(waitMs, slotMs + pauseMs);
      if (own.waitMs > laneMs) return { waitMs: own.waitMs, reason: own.reason, limitOf: 'key' };
      return { waitMs: laneMs, reason: obstacle ?? dimension, limitOf: isOwn ? 'key' : 'lane' };
    };
    return { call, told, cost, index: ahead.calls, situation };
  }

  /** What its caller's own limits make of it, where they are kept in this process. */
  #ofOwn(
    { caller, own, priority, ownCost, expects }: Asking,
    { queue, now }: LaneSituation,
  ): OwnForecast {
    if (own === undefined) return { waitMs: 0, reason: 'requests' };
    const before = queue.ahead.ownCost(caller, priority);
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

  #after(ahead: Calls, cost: Cost, situation: LaneSituation): Wait {
    const { limits, now, pauseMs, queue } = situation;
    const isOnly = isAlone(situation) && queue.ahead.readyCallers === 1;
    const isWhole = isOnly || (isAlone(situation) && ahead.calls === queue.ahead.all.calls);
    // With a store, they are others once the value was read anew.
    const isSame = this.#limits === limits && this.#line?.reaches(ahead) === true;
    const isGood = isSame && !(isOnly && this.#line?.lacksPace);
    if (isGood && this.#line) return this.#line.waitAfter(ahead, cost, now);
    this.#limits = limits;
    this.#line = new QueueForecast(copyOfValue(limits), now + pauseMs);
    return this.#line.waitAfter(ahead, cost, now, isWhole ? firstCosts(queue) : []);
  }
}

/** Whether no calls of other processes wait: who passes whom among them is not foreseen. */
function isAlone({ others }: LaneSituation): boolean {
  return !others?.tickets.length;
}

/** Whether calls go as they came, each at the same cost: then it is known when they go. */
function isPlain(line: readonly InLine[], joined: readonly Joining[]): boolean {
  const cost = line[0]?.counted ?? {};
  const isSame = ({ counted }: InLine) => isAtLeast(counted, cost) && isAtLeast(cost, counted);
  return joined.every(({ call, index }) => line[index] === call) && line.every(isSame);
}

/** How long each call of the line waits: see `rehearsed`. */
function rehearsedIn(
  { limits, now, pauseMs, queue }: LaneSituation,
  line: readonly InLine[],
  last?: number,
): readonly (Wait | undefined)[] {
  const clockOf =
    queue.ahead.readyCallers > 1 ? (key: string) => queue.ahead.clockOf(key) : undefined;
  return rehearsed(limits, line, now, now + pauseMs, { last, clockOf });
}

/** The waits of those calls of a line that are behind so many, by what those before each take. */
function waitsBehind(
  { limits, now, pauseMs }: LaneSituation,
  line: readonly InLine[],
  calls: number,
): readonly (Wait | undefined)[] {
  if (calls === line.length) return [];
  const costs = line.map(({ counted }) => counted);
  const forecast = new QueueForecast(copyOfValue(limits), now + pauseMs);
  let ahead: Cost = {};
  return costs.map((cost, index) => {
    const before = ahead;
    ahead = plus(ahead, cost);
    if (index < calls) return undefined;
    return forecast.waitAfter({ calls: index, cost: before }, cost, now, costs);
  });
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
