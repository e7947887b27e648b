import type { Cost, Dimension } from './limits.ts';

/** A call that waits, as p-queue's options carry it. */
export interface WaitingCall {
  readonly cost: Cost;
  /** Dimensions in which the cost is a guess. */
  readonly expects: readonly Dimension[];
  /** Its place among calls of the same priority: lower goes first. A retried call keeps its own. */
  readonly ticket: number;
  readonly key: string | undefined;
  readonly signal: AbortSignal | undefined;
  /** When it must go at the latest, once it has been the first in line: set by the lane. */
  deadline: number | undefined;
  /** What was taken for it from the gate, as it was chosen: set by the lane. */
  taken: Cost | undefined;
  /** Why it was turned away while it waited: set by the lane. */
  error: Error | undefined;
}

export interface LineOptions {
  readonly id?: string;
  readonly priority?: number;
  readonly call?: WaitingCall;
}

type Run = () => Promise<unknown>;

interface Place {
  readonly id: string;
  readonly run: Run;
  readonly call: WaitingCall;
  readonly rank: Rank;
  previous: Place | undefined;
  next: Place | undefined;
}

/** The places of one priority, as a list that can lose any of them at once. */
class Rank {
  readonly priority: number;
  first: Place | undefined;
  last: Place | undefined;

  constructor(priority: number) {
    this.priority = priority;
  }

  /** Almost always at the end; only a retried call goes further to the front. */
  insert(place: Place): void {
    let before = this.last;
    while (before !== undefined && before.call.ticket > place.call.ticket) before = before.previous;
    place.previous = before;
    place.next = before === undefined ? this.first : before.next;
    if (place.previous === undefined) this.first = place;
    else place.previous.next = place;
    if (place.next === undefined) this.last = place;
    else place.next.previous = place;
  }

  remove(place: Place): void {
    if (place.previous === undefined) this.first = place.next;
    else place.previous.next = place.next;
    if (place.next === undefined) this.last = place.previous;
    else place.next.previous = place.previous;
  }
}

/**
 * The calls that wait in one lane, by priority and then by ticket: p-queue's `queueClass`.
 *
 * `dequeue` hands out the call that the lane has chosen. p-queue is paused whenever no call is
 * chosen, so it never asks in vain.
 */
export class Line {
  /** Called when a chosen call has been handed out. */
  onDequeue: () => void = () => {};
  readonly #ranks: Rank[] = [];
  readonly #places = new Map<string, Place>();
  #chosen: string | undefined;

  get size(): number {
    return this.#places.size;
  }

  enqueue(run: Run, options?: LineOptions): void {
    const { id, call, priority = 0 } = options ?? {};
    if (id === undefined || call === undefined) throw new TypeError('A line takes calls with ids');
    const rank = this.#rank(priority);
    const place: Place = { id, run, call, rank, previous: undefined, next: undefined };
    rank.insert(place);
    this.#places.set(id, place);
  }

  /** The calls in their order. The caller stops before it changes the line. */
  *calls(): Generator<{ id: string; call: WaitingCall }, void> {
    for (const rank of this.#ranks) {
      for (let place = rank.first; place !== undefined; place = place.next) yield place;
    }
  }

  /** Whether `id` is at the very end. */
  isLast(id: string): boolean {
    return this.#ranks.at(-1)?.last?.id === id;
  }

  /** Makes `id` the next one that `dequeue` hands out. */
  choose(id: string): void {
    this.#chosen = id;
  }

  dequeue(): Run | undefined {
    const place = this.#places.get(this.#chosen ?? '');
    this.#chosen = undefined;
    this.onDequeue();
    if (place === undefined) return undefined;
    this.remove(place.id);
    return place.run;
  }

  remove(id: string): void {
    const place = this.#places.get(id);
    if (place === undefined) return;
    this.#places.delete(id);
    place.rank.remove(place);
    if (place.rank.first === undefined) this.#ranks.splice(this.#ranks.indexOf(place.rank), 1);
  }

  setPriority(id: string, priority: number): void {
    const place = this.#places.get(id);
    if (place === undefined) throw new ReferenceError(`No waiting call has the id \`${id}\``);
    this.remove(id);
    this.enqueue(place.run, { id, priority, call: place.call });
  }

  filter(options: LineOptions): Run[] {
    const ranks = this.#ranks.filter((rank) => rank.priority === (options.priority ?? 0));
    return ranks.flatMap((rank) => {
      const runs: Run[] = [];
      for (let place = rank.first; place !== undefined; place = place.next) runs.push(place.run);
      return runs;
    });
  }

  #rank(priority: number): Rank {
    const index = this.#ranks.findIndex((rank) => rank.priority <= priority);
    const found = this.#ranks[index];
    if (found?.priority === priority) return found;
    const rank = new Rank(priority);
    this.#ranks.splice(index === -1 ? this.#ranks.length : index, 0, rank);
    return rank;
  }
}
