import type { Caller } from '../callers/caller.ts';
import { type Cost, minus, plus } from '../model/limits.ts';
import { goesFirst, isOlder, type KeyClock } from '../rules/turns.ts';
import type { QueuedCall } from './queued-call.ts';

/** Calls, and what they cost together. */
export interface Ahead {
  readonly calls: number;
  readonly cost: Cost;
}

export const NOTHING_AHEAD: Ahead = { calls: 0, cost: {} };

/** The calls of one priority, as a list that can lose any of them at once. */
class Rank<R> {
  readonly priority: number;
  first: QueuedCall<R> | undefined;
  last: QueuedCall<R> | undefined;
  /** Those that count in forecasts. */
  calls = 0;
  cost: Cost = {};
  /** What they cost of their caller's own limits. */
  ownCost: Cost = {};

  constructor(priority: number) {
    this.priority = priority;
  }

  /** Almost always at the end; only a retried call goes further to the front. */
  insert(call: QueuedCall<R>): void {
    let before = this.last;
    while (before !== undefined && isOlder(call, before)) before = before.previous;
    call.previous = before;
    call.next = before === undefined ? this.first : before.next;
    if (call.previous === undefined) this.first = call;
    else call.previous.next = call;
    if (call.next === undefined) this.last = call;
    else call.next.previous = call;
  }

  count(call: QueuedCall<R>): void {
    this.calls++;
    this.cost = plus(this.cost, call.counted);
    this.ownCost = plus(this.ownCost, call.ownCounted);
  }

  remove(call: QueuedCall<R>): void {
    if (call.previous === undefined) this.first = call.next;
    else call.previous.next = call.next;
    if (call.next === undefined) this.last = call.previous;
    else call.next.previous = call.previous;
    call.previous = undefined;
    call.next = undefined;
    if (!call.isCounted) return;
    this.calls--;
    this.cost = minus(this.cost, call.counted);
    this.ownCost = minus(this.ownCost, call.ownCounted);
  }
}

/**
 * The calls of one caller that wait in one lane: the highest priority first, then the oldest; but
 * each tenth call is the one that has waited longest, so that no priority starves.
 */
export class CallerQueue<R = unknown> {
  readonly caller: Caller;
  readonly clock: KeyClock;
  /** As in `clock`, when this queue was last put in its place among others. */
  start = 0;
  order = 0;
  /** Its caller's own limits hold it back until then, in milliseconds since the epoch. */
  heldUntil: number | undefined;
  size = 0;
  readonly #ranks: Rank<R>[] = [];

  constructor(caller: Caller, clock: KeyClock) {
    this.caller = caller;
    this.clock = clock;
  }

  /** The call that goes next. */
  get first(): QueuedCall<R> | undefined {
    const first = this.#ranks[0]?.first;
    if (first === undefined || this.#ranks.length === 1) return first;
    const oldest = this.#oldest;
    if (oldest === undefined) return first;
    return goesFirst(this.clock, first, oldest, oldest) ? first : oldest;
  }

  /** The calls in their order. */
  *calls(): Generator<QueuedCall<R>, void> {
    const { first } = this;
    if (first !== undefined) yield first;
    for (const rank of this.#ranks) {
      for (let call = rank.first; call !== undefined; call = call.next) {
        if (call !== first) yield call;
      }
    }
  }

  /** The first of them, at most `count`. */
  firstCalls(count: number): QueuedCall<R>[] {
    const { first } = this;
    const calls = first === undefined ? [] : [first];
    for (const rank of this.#ranks) {
      for (let call = rank.first; call !== undefined && calls.length < count; call = call.next) {
        if (call !== first) calls.push(call);
      }
    }
    return calls;
  }

  /** The calls that go before a new one of that priority. */
  before(priority: number): Ahead {
    let [calls, cost]: [number, Cost] = [0, {}];
    for (const rank of this.#ranks) {
      if (rank.priority < priority) break;
      calls += rank.calls;
      cost = plus(cost, rank.cost);
    }
    return { calls, cost };
  }

  /** What those cost of the caller's own limits. */
  ownCostBefore(priority: number): Cost {
    let cost: Cost = {};
    for (const rank of this.#ranks) {
      if (rank.priority < priority) break;
      cost = plus(cost, rank.ownCost);
    }
    return cost;
  }

  insert(call: QueuedCall<R>): void {
    this.#rankOf(call.priority).insert(call);
    this.size++;
  }

  remove(call: QueuedCall<R>): void {
    const rank = this.#rankOf(call.priority);
    rank.remove(call);
    this.size--;
    if (rank.first === undefined) this.#ranks.splice(this.#ranks.indexOf(rank), 1);
  }

  /** The call counts in forecasts from now on. */
  count(call: QueuedCall<R>): void {
    this.#rankOf(call.priority).count(call);
  }

  /** Whether `call` is at the end: it changes nothing for those before it. */
  isLast(call: QueuedCall<R>): boolean {
    return this.#ranks.at(-1)?.last === call;
  }

  get #oldest(): QueuedCall<R> | undefined {
    let oldest: QueuedCall<R> | undefined;
    for (const { first } of this.#ranks) {
      if (first !== undefined && (oldest === undefined || isOlder(first, oldest))) oldest = first;
    }
    return oldest;
  }

  #rankOf(priority: number): Rank<R> {
    const index = this.#ranks.findIndex((rank) => rank.priority <= priority);
    const found = this.#ranks[index];
    if (found?.priority === priority) return found;
    const rank = new Rank<R>(priority);
    this.#ranks.splice(index === -1 ? this.#ranks.length : index, 0, rank);
    return rank;
  }
}
