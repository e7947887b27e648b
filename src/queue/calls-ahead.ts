import type { Caller } from '../callers/caller.ts';
import { type Cost, least, minus, plus, times } from '../model/limits.ts';
import type { KeyClock } from '../rules/turns.ts';
import { type Ahead, type CallerQueue, NOTHING_AHEAD } from './caller-queue.ts';
import type { Heap } from './heap.ts';
import type { QueuedCall } from './queued-call.ts';

/** What goes before a new call in one lane. Of the calls that wait, only those that are counted. */
export class CallsAhead<R = unknown> {
  readonly #callers: ReadonlyMap<string, CallerQueue<R>>;
  readonly #ready: Heap<CallerQueue<R>>;
  #all: Ahead = NOTHING_AHEAD;

  /** `callers`: by id; `ready`: those whose own limits have room. */
  constructor(callers: ReadonlyMap<string, CallerQueue<R>>, ready: Heap<CallerQueue<R>>) {
    this.#callers = callers;
    this.#ready = ready;
  }

  /** All calls that are counted. */
  get all(): Ahead {
    return this.#all;
  }

  /** How many callers have calls that none of their own limits holds back. */
  get readyCallers(): number {
    return this.#ready.size;
  }

  /** Where a caller with waiting calls stands. */
  clockOf(key: string): KeyClock | undefined {
    return this.#callers.get(key)?.clock;
  }

  /** A call that waits is counted from now on. */
  count(call: QueuedCall<R>): void {
    if (call.isCounted) return;
    call.isCounted = true;
    this.#callers.get(call.key)?.count(call);
    const { calls, cost } = this.#all;
    this.#all = { calls: calls + 1, cost: plus(cost, call.counted) };
  }

  /** A call waits no longer. No calls cost exactly nothing, whatever rounding has left in the sum. */
  uncount(call: QueuedCall<R>): void {
    if (!call.isCounted) return;
    const calls = this.#all.calls - 1;
    const cost = calls === 0 ? {} : minus(this.#all.cost, call.counted);
    this.#all = { calls, cost };
  }

  /** The caller's calls that go before a new one of its own of that priority. */
  own(caller: Caller, priority: number): Ahead {
    return this.#callers.get(caller.id)?.before(priority) ?? NOTHING_AHEAD;
  }

  /** What those cost of the caller's own limits. */
  ownCost(caller: Caller, priority: number): Cost {
    return this.#callers.get(caller.id)?.ownCostBefore(priority) ?? {};
  }

  /**
   * The calls that go before a new one: its caller's own of that priority, and as much of each other
   * caller's, where there is so much. Callers that are held stand in nobody's way. `elsewhere`: its
   * caller's calls that other processes have before it.
   */
  of(caller: Caller, counted: Cost, priority: number, elsewhere: Ahead = NOTHING_AHEAD): Ahead {
    const here = this.own(caller, priority);
    const own = { calls: here.calls + elsewhere.calls, cost: plus(here.cost, elsewhere.cost) };
    const others = this.#ready.size - (this.#isReady(caller) ? 1 : 0);
    if (others === 0) return own;
    const callers = this.own(caller, Number.NEGATIVE_INFINITY);
    const most = {
      calls: (own.calls + 1) * others,
      cost: times(plus(own.cost, counted), others),
    };
    const rest = {
      calls: this.#all.calls - callers.calls,
      cost: minus(this.#all.cost, callers.cost),
    };
    return {
      calls: own.calls + Math.min(most.calls, rest.calls),
      cost: plus(own.cost, least(rest.cost, most.cost)),
    };
  }

  #isReady({ id }: Caller): boolean {
    const queue = this.#callers.get(id);
    return queue !== undefined && this.#ready.has(queue);
  }
}
