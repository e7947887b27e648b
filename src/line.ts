import type { Caller } from './callers/caller.ts';
import { Flow, type Place, type Run } from './flow.ts';
import { Heap } from './heap.ts';
import { type Cost, least, minus, plus, times } from './limits.ts';
import type { WaitingCall } from './waiting-call.ts';

export interface LineOptions {
  readonly id?: string;
  readonly priority?: number;
  readonly call?: WaitingCall;
}

/**
 * The calls that wait in one lane: p-queue's `queueClass`, fair between callers.
 *
 * Start-time fair queueing (Goyal, Vin, Cheng 1996): a call of size s, of a caller of weight w,
 * starts at virtual time max(V, end of its caller's last call) and ends s / w later; the least start
 * goes first, and V is the start of the last one that did. So a caller with ten thousand calls delays
 * another's first one by no more than one call.
 *
 * In the original, V stands still while ever new callers come with a first call each: whoever waits
 * for a second one would wait for ever. Here V moves on with each call, by its share of all that
 * wait; but nobody starts later than one call of its own after the first in line.
 *
 * `dequeue` hands out the call that the lane has chosen. p-queue is paused whenever no call is
 * chosen, so it never asks in vain.
 */
export class Line {
  /** Called when a chosen call has been handed out. */
  onDequeue: () => void = () => {};
  /** How much of the lane a call takes, as `choose` is told it. */
  sizeOf: (cost: Cost) => number = () => 1;
  readonly #flows = new Map<Caller, Flow>();
  readonly #places = new Map<string, Place>();
  readonly #ready = new Heap<Flow>(startsBefore);
  readonly #held = new Heap<Flow>((one, other) => (one.heldUntil ?? 0) < (other.heldUntil ?? 0));
  /** Those without a call whose last one has not ended in virtual time. */
  readonly #spent = new Heap<Flow>((one, other) => one.finish < other.finish);
  readonly #toHold = new Set<Flow>();
  #virtual = 0;
  /** What V is at least when the next call goes. */
  #ahead = 0;
  /** Of all who are ready. */
  #weight = 0;
  #lastOrder = 0;
  #chosen: { readonly id: string; readonly size: number } | undefined;

  get size(): number {
    return this.#places.size;
  }

  /** Callers that are remembered, with calls or without. */
  get callers(): number {
    return this.#flows.size;
  }

  enqueue(run: Run, options?: LineOptions): void {
    const { id, call, priority = 0 } = options ?? {};
    if (id === undefined || call === undefined) throw new TypeError('A line takes calls with ids');
    const flow = this.#flowOf(call.caller);
    const place: Place = { id, run, call, priority, previous: undefined, next: undefined };
    flow.insert(place);
    this.#places.set(id, place);
    if (flow.size === 1) this.#begin(flow);
    else if (flow.first === place) this.#letGo(flow);
  }

  /**
   * The calls in their order, without those that are held: the first of each caller, then the
   * second ones. The caller stops before it changes the line.
   */
  *calls(now: number): Generator<Place, void> {
    this.#hold();
    this.#letGoUntil(now);
    let rest: Generator<Place, void>[] = [];
    for (const flow of this.#ready.inOrder()) {
      const places = flow.places();
      yield* first(places);
      if (flow.size > 1) rest.push(places);
    }
    while (rest.length > 0) {
      const left: Generator<Place, void>[] = [];
      for (const places of rest) {
        const next = places.next();
        if (next.done === true || this.#isToHold(next.value)) continue;
        yield next.value;
        left.push(places);
      }
      rest = left;
    }
  }

  /** All calls, in no particular order. */
  all(): Iterable<Place> {
    return this.#places.values();
  }

  /** Leaves the caller's calls out until `until`: its own limits have no room for the first. */
  hold(caller: Caller, until: number): void {
    const flow = this.#flows.get(caller);
    if (flow === undefined) return;
    this.#held.remove(flow);
    flow.heldUntil = until;
    this.#toHold.add(flow);
  }

  /** The caller's limits are others, or have more room now. */
  release(caller: Caller): void {
    const flow = this.#flows.get(caller);
    if (flow !== undefined) this.#letGo(flow);
  }

  /** When the first of those who are held may go. */
  get heldUntil(): number | undefined {
    this.#hold();
    return this.#held.first?.heldUntil;
  }

  /** The caller's calls that wait here, where there are any. */
  flow(caller: Caller): Flow | undefined {
    return this.#flows.get(caller);
  }

  /**
   * What goes before a new call: its caller's own calls of that priority, and as much of each other
   * caller's, where there is so much. Those who are held stand in nobody's way.
   */
  costBefore(call: Pick<WaitingCall, 'counted' | 'caller'>, priority: number, all: Cost): Cost {
    this.#hold();
    const flow = this.#flows.get(call.caller);
    const own = flow?.costBefore(priority) ?? {};
    const others = minus(all, flow?.costBefore(Number.NEGATIVE_INFINITY) ?? {});
    const callers = this.#ready.size - (flow !== undefined && this.#ready.has(flow) ? 1 : 0);
    return plus(own, least(others, times(plus(own, call.counted), callers)));
  }

  has(id: string): boolean {
    return this.#places.has(id);
  }

  /** Whether `id` is the last one of its caller's, with so many before it. */
  isBehind(id: string, calls: number): boolean {
    const place = this.#places.get(id);
    if (place === undefined) return false;
    const flow = this.#flowOf(place.call.caller);
    return flow.size > calls && flow.isLast(place);
  }

  /** Makes `id` the next one that `dequeue` hands out; `size` is what that costs its caller. */
  choose(id: string, size: number): void {
    this.#chosen = { id, size };
  }

  dequeue(): Run | undefined {
    const { id, size } = this.#chosen ?? { id: '', size: 0 };
    this.#chosen = undefined;
    this.onDequeue();
    const place = this.#places.get(id);
    if (place === undefined) return undefined;
    this.#serve(place, size);
    this.remove(id);
    return place.run;
  }

  remove(id: string): void {
    const place = this.#places.get(id);
    if (place === undefined) return;
    const flow = this.#flowOf(place.call.caller);
    const wasFirst = flow.first === place;
    this.#places.delete(id);
    flow.remove(place);
    if (flow.size === 0) this.#end(flow);
    // It was the one that its caller was held for.
    else if (wasFirst && this.#held.has(flow)) this.#letGo(flow);
    if (this.#places.size === 0) this.#reset();
  }

  /** Nobody is to take anything out of it any more. */
  abandon(): void {
    for (const flow of this.#flows.values()) flow.caller.unlisten(this);
  }

  setPriority(id: string, priority: number): void {
    const place = this.#places.get(id);
    if (place === undefined) throw new ReferenceError(`No waiting call has the id \`${id}\``);
    this.remove(id);
    this.enqueue(place.run, { id, priority, call: place.call });
  }

  filter(options: LineOptions): Run[] {
    const { priority = 0 } = options;
    const places = [...this.#places.values()].filter((place) => place.priority === priority);
    return places.map(({ run }) => run);
  }

  #isToHold({ call }: Place): boolean {
    return this.#toHold.has(this.#flowOf(call.caller));
  }

  #flowOf(caller: Caller): Flow {
    const known = this.#flows.get(caller);
    if (known !== undefined) return known;
    const flow = new Flow(caller);
    this.#flows.set(caller, flow);
    return flow;
  }

  /** A caller that had nothing to wait for has a call. */
  #begin(flow: Flow): void {
    this.#spent.remove(flow);
    flow.order = ++this.#lastOrder;
    this.#letGo(flow);
  }

  #letGo(flow: Flow): void {
    this.#held.remove(flow);
    this.#toHold.delete(flow);
    flow.heldUntil = undefined;
    if (this.#ready.has(flow) || flow.size === 0) return;
    flow.start = Math.max(this.#latestStart(flow), flow.finish);
    this.#addReady(flow);
  }

  /** V, or one call of its own after the first in line: so that it gets no less than that one. */
  #latestStart(flow: Flow): number {
    const head = this.#ready.first;
    if (head === undefined) return this.#virtual;
    const size = this.sizeOf(flow.first?.call.counted ?? {});
    return Math.min(this.#virtual, head.start + size / flow.caller.weight);
  }

  #addReady(flow: Flow): void {
    flow.weight = flow.caller.weight;
    this.#weight += flow.weight;
    this.#ready.add(flow);
  }

  #removeReady(flow: Flow): void {
    if (!this.#ready.has(flow)) return;
    this.#ready.remove(flow);
    // No ready flow weighs exactly nothing, whatever rounding has left in the sum.
    this.#weight = this.#ready.size === 0 ? 0 : this.#weight - flow.weight;
  }

  #letGoUntil(now: number): void {
    for (let flow = this.#held.first; flow !== undefined; flow = this.#held.first) {
      if ((flow.heldUntil ?? 0) > now) return;
      this.#letGo(flow);
    }
  }

  #hold(): void {
    for (const flow of this.#toHold) {
      this.#removeReady(flow);
      if (flow.size > 0) this.#held.add(flow);
    }
    this.#toHold.clear();
  }

  #serve(place: Place, size: number): void {
    const flow = this.#flowOf(place.call.caller);
    flow.serve(place);
    this.#moveOn(flow, size);
    flow.finish = flow.start + size / flow.caller.weight;
    flow.start = flow.finish;
    if (!this.#ready.has(flow)) return;
    this.#removeReady(flow);
    this.#addReady(flow);
  }

  /** V goes on by what was served last, and to the start of the call that is served now. */
  #moveOn(flow: Flow, size: number): void {
    const start = this.#ready.first === flow ? flow.start : 0;
    this.#virtual = Math.max(this.#ahead, start);
    this.#ahead = this.#virtual + (this.#weight > 0 ? size / this.#weight : 0);
  }

  #end(flow: Flow): void {
    this.#removeReady(flow);
    this.#held.remove(flow);
    this.#toHold.delete(flow);
    this.#spent.add(flow);
    flow.caller.unlisten(this);
    for (let spent = this.#spent.first; spent !== undefined; spent = this.#spent.first) {
      if (spent.finish > this.#virtual) return;
      this.#spent.remove(spent);
      this.#flows.delete(spent.caller);
    }
  }

  /** Nobody waits: nobody has had more than another. */
  #reset(): void {
    for (const flow of this.#flows.values()) this.#spent.remove(flow);
    this.#flows.clear();
    this.#virtual = 0;
    this.#ahead = 0;
  }
}

function startsBefore(one: Flow, other: Flow): boolean {
  return one.start < other.start || (one.start === other.start && one.order < other.order);
}

function* first(places: Generator<Place, void>): Generator<Place, void> {
  const next = places.next();
  if (next.done !== true) yield next.value;
}
