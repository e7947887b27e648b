import type { LaneState } from './lane-state.ts';
import type { Ticket } from './ticket.ts';
import { goesFirst, isOlder, type KeyClock, type Turns } from './turns.ts';

/** A call that waits, and whose it is. */
export interface AskingTicket {
  readonly ticket: Ticket;
  readonly member: string;
}

/**
 * All calls that ask to go, in the order in which they should: the first call of each key, by the
 * key's clock; then the second ones; and so on.
 */
export function inOrder({ members, turns }: LaneState): AskingTicket[] {
  const asked: AskingTicket[] = [];
  for (const member in members) {
    const { tickets = [], isAway } = members[member] ?? {};
    if (isAway === false) for (const ticket of tickets) asked.push({ ticket, member });
  }
  if (asked.length < 2) return asked;
  const byKey = new Map<string, AskingTicket[]>();
  for (const each of asked) {
    const ofKey = byKey.get(each.ticket.key);
    if (ofKey === undefined) byKey.set(each.ticket.key, [each]);
    else ofKey.push(each);
  }
  const lists = [...byKey].map(([key, ofKey]) => sorted(turns.keys[key], ofKey));
  if (lists.length === 1) return lists[0] ?? [];
  lists.sort((one, other) => compareClocks(turns, one, other));
  return interleaved(lists);
}

/** Of one key's calls, the one that waits longest. */
export function oldestOf(asked: readonly AskingTicket[], key: string): Ticket | undefined {
  let oldest: Ticket | undefined;
  for (const { ticket } of asked) {
    if (ticket.key !== key) continue;
    if (oldest === undefined || isOlder(ticket, oldest)) oldest = ticket;
  }
  return oldest;
}

/** One key's calls: only the first of them is chosen by who has waited longest. */
function sorted(clock: KeyClock | undefined, asked: AskingTicket[]): AskingTicket[] {
  if (asked.length < 2) return asked;
  asked.sort((one, other) => comparePlaces(one, other));
  const oldest = asked.reduce((least, each) => (isBefore(each, least) ? each : least));
  const [first] = asked;
  if (clock === undefined || first === undefined || first === oldest) return asked;
  if (goesFirst(clock, first.ticket, oldest.ticket, oldest.ticket)) return asked;
  return [oldest, ...asked.filter((each) => each !== oldest)];
}

function comparePlaces(one: AskingTicket, other: AskingTicket): number {
  return other.ticket.priority - one.ticket.priority || (isBefore(one, other) ? -1 : 1);
}

/** Calls of two processes may have come in the same instant, with the same number. */
function isBefore(one: AskingTicket, other: AskingTicket): boolean {
  if (isOlder(one.ticket, other.ticket)) return true;
  return !isOlder(other.ticket, one.ticket) && one.member < other.member;
}

function compareClocks({ keys }: Turns, [one]: AskingTicket[], [other]: AskingTicket[]): number {
  const [a, b] = [keys[one?.ticket.key ?? ''], keys[other?.ticket.key ?? '']];
  return (a?.start ?? 0) - (b?.start ?? 0) || (a?.order ?? 0) - (b?.order ?? 0);
}

function interleaved(lists: readonly AskingTicket[][]): AskingTicket[] {
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
