import type { LaneState } from './lane-state.ts';
import type { Ticket } from './ticket.ts';
import { goesFirst, isOlder, type KeyClock, type Turns } from './turns.ts';

/** The calls of one key: the highest priority first, then the oldest. */
interface KeyLine {
  readonly calls: Ticket[];
  readonly clock: KeyClock | undefined;
}

/**
 * The calls that ask to go, while they go one after the other. Their places are found once: with 64 of
 * them, that is most of a decision.
 */
export class WaitingLine {
  readonly #turns: Turns;
  readonly #keys = new Map<string, KeyLine>();
  /** The same, in the order of the last look: with each call that goes, hardly one changes its place. */
  #lines: KeyLine[];
  /** Whose the calls are, where several members ask; else the only one's. */
  readonly #members = new Map<Ticket, string>();
  #only = '';

  constructor({ members, turns }: Pick<LaneState, 'members' | 'turns'>) {
    this.#turns = turns;
    const asking = Object.keys(members).filter((each) => isAsking(members[each]));
    const [only = ''] = asking;
    this.#only = only;
    for (const member of asking) {
      const tickets = members[member]?.tickets ?? [];
      this.#add(tickets);
      if (asking.length > 1) for (const each of tickets) this.#members.set(each, member);
    }
    this.#lines = [...this.#keys.values()];
    for (const { calls } of this.#lines) this.#sort(calls);
  }

  /**
   * All calls in the order in which they should go: the first one of each key, by the key's clock as
   * it is now; then the second ones; and so on. `most`: of several keys' calls, so many of the first.
   */
  inOrder(most: number = Number.POSITIVE_INFINITY): readonly Ticket[] {
    const [first] = this.#lines;
    if (first === undefined) return [];
    if (this.#lines.length === 1) return this.#withOldest(first);
    this.#lines.sort(compareClocks);
    const firstLines = this.#lines.slice(0, most);
    return interleaved(
      firstLines.map((line) => this.#withOldest(line)),
      most,
    );
  }

  /** Who asks for a call. */
  memberOf(call: Ticket): string {
    return this.#members.get(call) ?? this.#only;
  }

  /** Of one key's calls, the one that waits longest. */
  oldest(key: string): Ticket | undefined {
    const line = this.#keys.get(key);
    return line && this.#oldestOf(line.calls);
  }

  /** Takes out a call that has gone. */
  remove(call: Ticket): void {
    const line = this.#keys.get(call.key);
    if (line === undefined) return;
    line.calls.splice(line.calls.indexOf(call), 1);
    if (line.calls.length > 0) return;
    this.#keys.delete(call.key);
    this.#lines.splice(this.#lines.indexOf(line), 1);
  }

  #add(tickets: readonly Ticket[]): void {
    let last: KeyLine | undefined;
    let lastKey: string | undefined;
    for (const each of tickets) {
      const { key } = each;
      if (key !== lastKey) last = this.#keys.get(key);
      lastKey = key;
      if (last === undefined) {
        last = { calls: [], clock: this.#turns.keys[key] };
        this.#keys.set(key, last);
      }
      last.calls.push(each);
    }
  }

  /** A process asks in order, so that they mostly are. */
  #sort(calls: Ticket[]): void {
    for (let index = 1; index < calls.length; index++) {
      const [one, other] = [calls[index - 1], calls[index]];
      if (one !== undefined && other !== undefined && this.#comparePlaces(one, other) > 0) {
        calls.sort((left, right) => this.#comparePlaces(left, right));
        return;
      }
    }
  }

  /** One key's calls: only the first of them is chosen by who has waited longest. */
  #withOldest({ calls, clock }: KeyLine): readonly Ticket[] {
    const [first] = calls;
    const oldest = this.#oldestOf(calls);
    if (first === oldest || first === undefined || oldest === undefined) return calls;
    if (clock === undefined || goesFirst(clock, first, oldest, oldest)) return calls;
    return [oldest, ...calls.filter((each) => each !== oldest)];
  }

  #oldestOf(calls: readonly Ticket[]): Ticket | undefined {
    const [first] = calls;
    // As nearly always, they have one priority.
    if (first?.priority === calls.at(-1)?.priority) return first;
    return calls.reduce((oldest, each) => (this.#isBefore(each, oldest) ? each : oldest));
  }

  #comparePlaces(one: Ticket, other: Ticket): number {
    return other.priority - one.priority || (this.#isBefore(one, other) ? -1 : 1);
  }

  /** Calls of two processes may have come in the same instant, with the same number. */
  #isBefore(one: Ticket, other: Ticket): boolean {
    if (isOlder(one, other)) return true;
    return !isOlder(other, one) && this.memberOf(one) < this.memberOf(other);
  }
}

function isAsking(member: LaneState['members'][string] | undefined): boolean {
  return member !== undefined && !member.isAway && member.tickets.length > 0;
}

function compareClocks({ clock: one }: KeyLine, { clock: other }: KeyLine): number {
  return (one?.start ?? 0) - (other?.start ?? 0) || (one?.order ?? 0) - (other?.order ?? 0);
}

/** The first call of each list, then the second ones, at most `most`. */
function interleaved(lists: readonly (readonly Ticket[])[], most: number): Ticket[] {
  const longest = Math.max(...lists.map(({ length }) => length));
  const all: Ticket[] = [];
  for (let index = 0; index < longest; index++) {
    for (const list of lists) {
      const each = list[index];
      if (each !== undefined) all.push(each);
      if (all.length === most) return all;
    }
  }
  return all;
}
