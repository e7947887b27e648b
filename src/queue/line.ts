import type { Caller } from '../callers/caller.ts';
import { type Cost, least, minus, plus, times } from '../model/limits.ts';
import { FairTurns } from './fair-turns.ts';
import { Flow, type Place, type Run } from './flow.ts';
import type { WaitingCall } from './waiting-call.ts';

export interface LineOptions {
  readonly id?: string;
  readonly priority?: number;
  readonly call?: WaitingCall;
}

/**
 * The calls that wait in one lane: p-queue's `queueClass`, fair between callers.
 *
 * `dequeue` hands out the call that the lane has chosen. p-queue is paused whenever no call is
 * chosen, so it never asks in vain.
 */
export class Line {
  /** Called when a chosen call has been handed out. */
  onDequeue: () => void = () => {};
  readonly #flows = new Map<Caller, Flow>();
  readonly #places = new Map<string, Place>();
  readonly #turns = new FairTurns();
  #chosen: { readonly id: string; readonly size: number } | undefined;

  get size(): number {
    return this.#places.size;
  }

  /** How much of the lane a call takes, as `choose` is told it. */
  set sizeOf(sizeOf: (cost: Cost) => number) {
    this.#turns.sizeOf = sizeOf;
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
    if (flow.size === 1) this.#turns.begin(flow);
    else if (flow.first === place) this.#turns.letGo(flow);
  }

  /**
   * The calls in their order, without those that are held: the first of each caller, then the
   * second ones. The caller stops before it changes the line.
   */
  *calls(now: number): Generator<Place, void> {
    let rest: Generator<Place, void>[] = [];
    for (const flow of this.#turns.inOrder(now)) {
      const places = flow.places();
      yield* first(places);
      if (flow.size > 1) rest.push(places);
    }
    while (rest.length > 0) {
      const left: Generator<Place, void>[] = [];
      for (const places of rest) {
        const next = places.next();
        if (next.done === true || this.#turns.isToHold(this.#flowOf(next.value.call.caller)))
          continue;
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
    if (flow !== undefined) this.#turns.hold(flow, until);
  }

  /** The caller's limits are others, or have more room now. */
  release(caller: Caller): void {
    const flow = this.#flows.get(caller);
    if (flow !== undefined) this.#turns.letGo(flow);
  }

  /** When the first of those who are held may go. */
  get heldUntil(): number | undefined {
    return this.#turns.heldUntil;
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
    const flow = this.#flows.get(call.caller);
    const own = flow?.costBefore(priority) ?? {};
    const others = minus(all, flow?.costBefore(Number.NEGATIVE_INFINITY) ?? {});
    const callers = this.#turns.othersThan(flow);
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

  /** From now on the call counts as one that waits. */
  count(id: string): void {
    const place = this.#places.get(id);
    if (place !== undefined) this.#flowOf(place.call.caller).count(place);
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
    const flow = this.#flowOf(place.call.caller);
    flow.serve(place);
    this.#turns.serve(flow, size);
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
    else if (wasFirst && this.#turns.isHeld(flow)) this.#turns.letGo(flow);
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

  #flowOf(caller: Caller): Flow {
    const known = this.#flows.get(caller);
    if (known !== undefined) return known;
    const flow = new Flow(caller);
    this.#flows.set(caller, flow);
    return flow;
  }

  #end(flow: Flow): void {
    flow.caller.unlisten(this);
    for (const { caller } of this.#turns.end(flow)) this.#flows.delete(caller);
  }

  /** Nobody waits: nobody has had more than another. */
  #reset(): void {
    this.#turns.reset();
    this.#flows.clear();
  }
}

function* first(places: Generator<Place, void>): Generator<Place, void> {
  const next = places.next();
  if (next.done !== true) yield next.value;
}
