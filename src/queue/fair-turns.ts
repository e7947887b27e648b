import type { Cost } from '../model/limits.ts';
import type { Flow } from './flow.ts';
import { Heap } from './heap.ts';

/**
 * Whose turn it is, among the callers of one line.
 *
 * Start-time fair queueing (Goyal, Vin, Cheng 1996): a call of size s, of a caller of weight w,
 * starts at virtual time max(V, end of its caller's last call) and ends s / w later; the least start
 * goes first, and V is the start of the last one that did. So a caller with ten thousand calls delays
 * another's first one by no more than one call.
 *
 * In the original, V stands still while ever new callers come with a first call each: whoever waits
 * for a second one would wait for ever. Here V moves on with each call, by its share of all that
 * wait; but nobody starts later than one call of its own after the first in line.
 */
export class FairTurns {
  /** How much of the lane a call takes, as `serve` is told it. */
  sizeOf: (cost: Cost) => number = () => 1;
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

  /** Those who are not held, the one whose turn it is first. */
  inOrder(now: number): Iterable<Flow> {
    this.#holdAll();
    for (let flow = this.#held.first; flow !== undefined; flow = this.#held.first) {
      if ((flow.heldUntil ?? 0) > now) break;
      this.letGo(flow);
    }
    return this.#ready.inOrder();
  }

  /** A caller that had nothing to wait for has a call. */
  begin(flow: Flow): void {
    this.#spent.remove(flow);
    flow.order = ++this.#lastOrder;
    this.letGo(flow);
  }

  /** Leaves the caller out until `until`. It may be one that is being looked at. */
  hold(flow: Flow, until: number): void {
    this.#held.remove(flow);
    flow.heldUntil = until;
    this.#toHold.add(flow);
  }

  isHeld(flow: Flow): boolean {
    return this.#held.has(flow);
  }

  /** Whether it has been held since the callers were last gone through. */
  isToHold(flow: Flow): boolean {
    return this.#toHold.has(flow);
  }

  /** When the first of those who are held may go. */
  get heldUntil(): number | undefined {
    this.#holdAll();
    return this.#held.first?.heldUntil;
  }

  /** How many others are not held. */
  othersThan(flow: Flow | undefined): number {
    this.#holdAll();
    return this.#ready.size - (flow !== undefined && this.#ready.has(flow) ? 1 : 0);
  }

  /** The caller is held no more. */
  letGo(flow: Flow): void {
    this.#held.remove(flow);
    this.#toHold.delete(flow);
    flow.heldUntil = undefined;
    if (this.#ready.has(flow) || flow.size === 0) return;
    flow.start = Math.max(this.#latestStart(flow), flow.finish);
    this.#addReady(flow);
  }

  /** A call of that size is the caller's turn. */
  serve(flow: Flow, size: number): void {
    this.#moveOn(flow, size);
    flow.finish = flow.start + size / flow.caller.weight;
    flow.start = flow.finish;
    if (!this.#ready.has(flow)) return;
    this.#removeReady(flow);
    this.#addReady(flow);
  }

  /** The caller has no call any more. Returns those of whom nothing has to be remembered. */
  end(flow: Flow): Flow[] {
    this.#removeReady(flow);
    this.#held.remove(flow);
    this.#toHold.delete(flow);
    this.#spent.add(flow);
    const forgotten: Flow[] = [];
    for (let spent = this.#spent.first; spent !== undefined; spent = this.#spent.first) {
      if (spent.finish > this.#virtual) break;
      this.#spent.remove(spent);
      forgotten.push(spent);
    }
    return forgotten;
  }

  /** Nobody waits: nobody has had more than another. */
  reset(): void {
    for (const flow of [...this.#spent.inOrder()]) this.#spent.remove(flow);
    this.#virtual = 0;
    this.#ahead = 0;
  }

  #holdAll(): void {
    for (const flow of this.#toHold) {
      this.#removeReady(flow);
      if (flow.size > 0) this.#held.add(flow);
    }
    this.#toHold.clear();
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

  /** V goes on by what was served last, and to the start of the call that is served now. */
  #moveOn(flow: Flow, size: number): void {
    const start = this.#ready.first === flow ? flow.start : 0;
    this.#virtual = Math.max(this.#ahead, start);
    this.#ahead = this.#virtual + (this.#weight > 0 ? size / this.#weight : 0);
  }
}

function startsBefore(one: Flow, other: Flow): boolean {
  return one.start < other.start || (one.start === other.start && one.order < other.order);
}
