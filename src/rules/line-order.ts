import type { LaneState } from './lane-state.ts';
import type { Ticket } from './ticket.ts';
import { goesFirst, isOlder, type Turns } from './turns.ts';

/** A call that waits, and whose it is. */
export interface AskingTicket {
  readonly ticket: Ticket;
  readonly member: string;
}

/**
 * All calls that ask to go, in the order in which they should: the first call of each key, by the
 * key's clock; then the second ones; and so on.
 */
export function inOrder(state: LaneState): readonly AskingTicket[] {
  return new Line(state).inOrder();
}

/** The calls that ask to go, while they go one after the other: their places are found once. */
export class Line {
  readonly #turns: Turns;
  /** The calls of each key: the highest priority first, then the oldest. */
  readonly #keys = new Map<string, AskingTicket[]>();

  constructor({ members, turns }: LaneState) {
    this.#turns = turns;
    for (const member in members) {
      const { tickets = [], isAway } = members[member] ?? {};
      if (isAway === false) for (const ticket of tickets) this.#add({ ticket, member });
    }
    for (const calls of this.#keys.values()) calls.sort(comparePlaces);
  }

  /** As `inOrder`, by the clocks as they are now. */
  inOrder(): readonly AskingTicket[] {
    const lists = [...this.#keys.values()].map((calls) => this.#withOldest(calls));
    if (lists.length < 2) return lists[0] ?? [];
    lists.sort((one, other) => compareClocks(this.#turns, one, other));
    return interleaved(lists);
  }

  /** Of one key's calls, the one that waits longest. */
  oldest(key: string): Ticket | undefined {
    const calls = this.#keys.get(key);
    return calls && oldestOf(calls)?.ticket;
  }

  /** Takes out a call that has gone. */
  remove(call: AskingTicket): void {
    const { key } = call.ticket;
    const calls = this.#keys.get(key) ?? [];
    calls.splice(calls.indexOf(call), 1);
    if (calls.length === 0) this.#keys.delete(key);
  }

  #add(call: AskingTicket): void {
    const calls = this.#keys.get(call.ticket.key);
    if (calls === undefined) this.#keys.set(call.ticket.key, [call]);
    else calls.push(call);
  }

  /** One key's calls: only the first of them is chosen by who has waited longest. */
  #withOldest(calls: readonly AskingTicket[]): readonly AskingTicket[] {
    const [first] = calls;
    const oldest = oldestOf(calls);
    const clock = this.#turns.keys[first?.ticket.key ?? ''];
    if (clock === undefined || first === undefined || oldest === undefined) return calls;
    if (first === oldest || goesFirst(clock, first.ticket, oldest.ticket, oldest.ticket)) {
      return calls;
    }
    return [oldest, ...calls.filter((each) => each !== oldest)];
  }
}

/** Of one key's calls in their places, the one that waits longest. */
function oldestOf(calls: readonly AskingTicket[]): AskingTicket | undefined {
  const [first] = calls;
  // As nearly always, they have one priority.
  if (first?.ticket.priority === calls.at(-1)?.ticket.priority) return first;
  return calls.reduce((least, each) => (isBefore(each, least) ? each : least));
}

function comparePlaces(one: AskingTicket, other: AskingTicket): number {
  return other.ticket.priority - one.ticket.priority || (isBefore(one, other) ? -1 : 1);
}

/** Calls of two processes may have come in the same instant, with the same number. */
function isBefore(one: AskingTicket, other: AskingTicket): boolean {
  if (isOlder(one.ticket, other.ticket)) return true;
  return !isOlder(other.ticket, one.ticket) && one.member < other.member;
}

function compareClocks(
  { keys }: Turns,
  [one]: readonly AskingTicket[],
  [other]: readonly AskingTicket[],
): number {
  const [a, b] = [keys[one?.ticket.key ?? ''], keys[other?.ticket.key ?? '']];
  return (a?.start ?? 0) - (b?.start ?? 0) || (a?.order ?? 0) - (b?.order ?? 0);
}

function interleaved(lists: readonly (readonly AskingTicket[])[]): AskingTicket[] {
  const longest = Math.max(...lists.map(({ length }) => length));
  const all: AskingTicket[] = [];
  for (let index = 0; index < longest; index++) {
    for (const list of lists) {
      const each = list[index];
      if (each !== undefined) all.push(each);
    }
  }
  return all;
}
