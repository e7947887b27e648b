import type { Caller } from '../callers/caller.ts';
import type { Cost } from '../model/limits.ts';
import {
  begin,
  end,
  makeHeld,
  makeReady,
  serve,
  startsBefore,
  type Turns,
} from '../rules/turns.ts';
import { CallerQueue } from './caller-queue.ts';
import { CallsAhead } from './calls-ahead.ts';
import { callsInTurn } from './calls-in-turn.ts';
import { firstCalls } from './first-calls.ts';
import { Heap } from './heap.ts';
import type { QueuedCall } from './queued-call.ts';

/**
 * The calls that wait in one lane, fair between callers. The order is the rules' (`turns.ts`); this
 * keeps as many callers as come in that order, so that the first calls are found at once.
 */
export class FairQueue<R = unknown> {
  readonly #turns: Turns;
  /** How much of the lane a call takes: of the scarcest limit, in milliseconds of its rate. */
  readonly #sizeOf: (cost: Cost) => number;
  readonly #callers = new Map<string, CallerQueue<R>>();
  readonly #ready = new Heap<CallerQueue<R>>(startsBefore);
  /** What goes before a new call, for forecasts. */
  readonly ahead: CallsAhead<R> = new CallsAhead(this.#callers, this.#ready);
  readonly #held = new Heap<CallerQueue<R>>((one, other) => heldUntil(one) < heldUntil(other));
  #size = 0;
  /** What `front` has found, until something changes. */
  #found: { readonly count: number; readonly calls: readonly QueuedCall<R>[] } | undefined;

  constructor(turns: Turns, sizeOf: (cost: Cost) => number) {
    this.#turns = turns;
    this.#sizeOf = sizeOf;
  }

  get size(): number {
    return this.#size;
  }

  /** When the first caller that is held may go, in milliseconds since the epoch. */
  get heldUntil(): number {
    return this.#held.first?.heldUntil ?? Number.POSITIVE_INFINITY;
  }

  add(call: QueuedCall<R>): void {
    const { caller } = call;
    const known = this.#callers.get(caller.id);
    const queue = known ?? this.#opened(caller, call);
    const wasFirst = queue.first;
    queue.insert(call);
    this.#found = undefined;
    this.#size++;
    // The call for which its caller was held isn't its first any more.
    if (known !== undefined && queue.first !== wasFirst) this.#release(queue);
  }

  /** Takes out a call that goes, or that is given up. */
  remove(call: QueuedCall<R>): void {
    const queue = this.#callers.get(call.key);
    if (queue === undefined) return;
    const wasFirst = queue.first === call;
    queue.remove(call);
    this.#found = undefined;
    this.#size--;
    this.ahead.uncount(call);
    if (queue.size === 0) this.#close(queue);
    else if (wasFirst) this.#release(queue);
  }

  /** A call of the caller's has gone, as others have decided: it is noted here only. */
  serve(caller: Caller, cost: Cost): void {
    const queue = this.#callers.get(caller.id);
    if (queue === undefined) return;
    serve(this.#turns, queue.clock, this.#sizeOf(cost), this.#ready.first === queue);
    this.served(caller);
  }

  /** A call of the caller's has gone, as the rules have noted in its clock: it has a new place. */
  served({ id }: Caller): void {
    const queue = this.#callers.get(id);
    if (queue === undefined || !this.#ready.has(queue)) return;
    this.#ready.remove(queue);
    this.#place(queue);
  }

  /** Leaves the caller's calls out until `until`: its own limits have no room for the first. */
  hold(caller: Caller, until: number): void {
    const queue = this.#callers.get(caller.id);
    if (queue === undefined) return;
    this.#ready.remove(queue);
    this.#held.remove(queue);
    this.#found = undefined;
    makeHeld(this.#turns, queue.clock);
    queue.heldUntil = until;
    this.#held.add(queue);
  }

  /** The caller's limits are others, or have more room now. */
  release(caller: Caller): void {
    const queue = this.#callers.get(caller.id);
    if (queue !== undefined) this.#release(queue);
  }

  /** The first calls, at most `count`: the first one of each caller, then the second ones. */
  front(count: number, now: number): readonly QueuedCall<R>[] {
    this.#releaseUntil(now);
    if (this.#found?.count !== count) {
      this.#found = { count, calls: firstCalls(this.#ready, count) };
    }
    return this.#found.calls;
  }

  /** The first calls that count in forecasts, in their order, at most `count`; none where some are held. */
  first(count: number): QueuedCall<R>[] {
    if (this.#held.size > 0) return [];
    return callsInTurn(this.#ready, count, this.#sizeOf).filter(({ isCounted }) => isCounted);
  }

  /** All calls, in no particular order. */
  *all(): Generator<QueuedCall<R>, void> {
    for (const queue of this.#callers.values()) yield* queue.calls();
  }

  /** Whether the call is its caller's last one, with so many before it. */
  isBehind(call: QueuedCall<R>, calls: number): boolean {
    const queue = this.#callers.get(call.key);
    return queue !== undefined && queue.size > calls && queue.isLast(call);
  }

  #opened(caller: Caller, { counted }: QueuedCall<R>): CallerQueue<R> {
    const call = { size: this.#sizeOf(counted), weight: caller.weight };
    const clock = begin(this.#turns, caller.id, call, this.#ready.first?.clock);
    const queue = new CallerQueue<R>(caller, clock);
    this.#callers.set(caller.id, queue);
    this.#place(queue);
    return queue;
  }

  #close(queue: CallerQueue<R>): void {
    this.#ready.remove(queue);
    this.#held.remove(queue);
    this.#callers.delete(queue.caller.id);
    queue.caller.unlisten(this);
    end(this.#turns, queue.caller.id, this.#callers.size);
  }

  #releaseUntil(now: number): void {
    for (let queue = this.#held.first; queue !== undefined; queue = this.#held.first) {
      if (heldUntil(queue) > now) return;
      this.#release(queue);
    }
  }

  #release(queue: CallerQueue<R>): void {
    this.#held.remove(queue);
    queue.heldUntil = undefined;
    if (this.#ready.has(queue)) return;
    const { caller, first, clock } = queue;
    const call = { size: this.#sizeOf(first?.counted ?? {}), weight: caller.weight };
    makeReady(this.#turns, clock, call, this.#ready.first?.clock);
    this.#place(queue);
  }

  #place(queue: CallerQueue<R>): void {
    this.#found = undefined;
    queue.start = queue.clock.start;
    queue.order = queue.clock.order;
    this.#ready.add(queue);
  }
}

function heldUntil({ heldUntil: until = 0 }: Pick<CallerQueue, 'heldUntil'>): number {
  return until;
}
