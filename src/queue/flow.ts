import type { Caller } from '../callers/caller.ts';
import { type Cost, minus, plus } from '../model/limits.ts';
import type { WaitingCall } from './waiting-call.ts';

export type Run = () => Promise<unknown>;

/** A call in its place. */
export interface Place {
  readonly id: string;
  readonly run: Run;
  readonly call: WaitingCall;
  readonly priority: number;
  previous: Place | undefined;
  next: Place | undefined;
}

/** So many calls in a row may pass an older one of a lower priority; then that one goes. */
const PASSING_CALLS = 9;

/** The places of one priority, as a list that can lose any of them at once. */
class Rank {
  readonly priority: number;
  first: Place | undefined;
  last: Place | undefined;
  cost: Cost = {};

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
    if (place.call.counts) this.count(place);
  }

  /** It counts from now on. */
  count({ call }: Place): void {
    this.cost = plus(this.cost, call.counted);
  }

  remove(place: Place): void {
    if (place.previous === undefined) this.first = place.next;
    else place.previous.next = place.next;
    if (place.next === undefined) this.last = place.previous;
    else place.next.previous = place.previous;
    if (place.call.counts) this.cost = minus(this.cost, place.call.counted);
  }
}

/**
 * The calls of one caller that wait in one lane: the highest priority first, then by ticket; but
 * each tenth goes to the one that has waited longest, so that no priority starves.
 */
export class Flow {
  readonly caller: Caller;
  /** The virtual time at which its first call may start, and at which its last one has ended. */
  start = 0;
  finish = 0;
  /** Among flows that start at the same time, the one that came first goes first. */
  order = 0;
  /** Its caller's own limits hold it back until then. */
  heldUntil: number | undefined;
  /** Its caller's, as the line counts it. */
  weight = 1;
  size = 0;
  readonly #ranks: Rank[] = [];
  #passing = 0;

  constructor(caller: Caller) {
    this.caller = caller;
  }

  /** The call that goes next. */
  get first(): Place | undefined {
    const oldest = this.#oldest;
    return this.#passing < PASSING_CALLS ? this.#ranks[0]?.first : oldest;
  }

  /** The calls in their order. */
  *places(): Generator<Place, void> {
    const { first } = this;
    if (first !== undefined) yield first;
    for (const rank of this.#ranks) {
      for (let place = rank.first; place !== undefined; place = place.next) {
        if (place !== first) yield place;
      }
    }
  }

  /** What the calls cost together that go before a new one of that priority. */
  costBefore(priority: number): Cost {
    const before = this.#ranks.filter((rank) => rank.priority >= priority);
    return before.reduce((sum, rank) => plus(sum, rank.cost), {});
  }

  insert(place: Place): void {
    this.#rankOf(place.priority).insert(place);
    this.size++;
  }

  remove(place: Place): void {
    const rank = this.#rankOf(place.priority);
    rank.remove(place);
    this.size--;
    if (rank.first === undefined) this.#ranks.splice(this.#ranks.indexOf(rank), 1);
  }

  /** A call in it counts from now on. */
  count(place: Place): void {
    this.#rankOf(place.priority).count(place);
  }

  /** Notes that `place`, still in it, is the one that goes. */
  serve(place: Place): void {
    const oldest = this.#oldest;
    if (place === oldest) this.#passing = 0;
    else if (oldest !== undefined && place.priority > oldest.priority) this.#passing++;
  }

  /** Whether a call that joins at the end of its rank, as `place` did, changes who goes soon. */
  isLast(place: Place): boolean {
    return this.#ranks.at(-1)?.last === place;
  }

  get #oldest(): Place | undefined {
    let oldest: Place | undefined;
    for (const { first } of this.#ranks) {
      if (oldest === undefined || (first && first.call.ticket < oldest.call.ticket)) oldest = first;
    }
    return oldest;
  }

  #rankOf(priority: number): Rank {
    const index = this.#ranks.findIndex((rank) => rank.priority <= priority);
    const found = this.#ranks[index];
    if (found?.priority === priority) return found;
    const rank = new Rank(priority);
    this.#ranks.splice(index === -1 ? this.#ranks.length : index, 0, rank);
    return rank;
  }
}
