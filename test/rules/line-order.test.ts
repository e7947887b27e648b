import { describe, expect, it } from 'vitest';
import type { MemberCommand } from '../../src/rules/commands.ts';
import { memberOf } from '../../src/rules/lane-state.ts';
import { type AskingTicket, inOrder, oldestOf } from '../../src/rules/line-order.ts';
import type { Ticket } from '../../src/rules/ticket.ts';
import { begin, serve } from '../../src/rules/turns.ts';
import { describeFairness, type FairBench, type Joining, OneByOne } from '../support/fairness.ts';
import { ticketOf } from './tickets.ts';

const MEMBERS = ['one', 'two', 'three'];

/** Calls of the same keys that wait in three processes. */
class LaneBench implements FairBench {
  readonly #lane = new OneByOne();
  readonly #weights: readonly number[];
  readonly #tickets = new Map<number, Ticket>();

  constructor(weights: readonly number[]) {
    this.#weights = weights;
  }

  join({ key, size, id, priority }: Joining): void {
    const weight = this.#weights[key] ?? 1;
    const ticket = { id, key: `key ${key}`, weight, priority, cost: { tokens: size } };
    this.#tickets.set(id, ticketOf(ticket));
  }

  leave({ id }: Joining): void {
    this.#tickets.delete(id);
  }

  serve(): number | undefined {
    const id = this.#lane.next(this.#asks())?.ticket.id;
    if (id !== undefined) this.#tickets.delete(id);
    return id;
  }

  get remembered(): number {
    this.#lane.next(this.#asks());
    return Object.keys(this.#lane.state.turns.keys).length;
  }

  #asks(): MemberCommand[] {
    const all = [...this.#tickets.values()];
    return MEMBERS.map((member, index) => {
      const tickets = all.filter(({ id }) => id % MEMBERS.length === index);
      return { member, command: { kind: 'ask', tickets } };
    });
  }
}

describe('the calls of several processes', () => {
  describeFairness((weights) => new LaneBench(weights));
});

describe('the order of all calls', () => {
  const order = (lane: OneByOne) => inOrder(lane.state).map(({ ticket: { id } }) => id);

  it('is the first of each key, by the key’s clock, then the second ones', () => {
    const lane = new OneByOne();
    const { turns } = lane.state;
    memberOf(lane.state, 'one').tickets = [
      ticketOf({ id: 1, key: 'a' }),
      ticketOf({ id: 2, key: 'b' }),
    ];
    memberOf(lane.state, 'two').tickets = [
      ticketOf({ id: 3, key: 'a' }),
      ticketOf({ id: 4, key: 'a' }),
    ];
    const call = { size: 1, weight: 1 };
    const a = begin(turns, 'a', call, undefined);
    begin(turns, 'b', call, a);
    expect(order(lane)).toEqual([1, 2, 3, 4]);
    serve(turns, a, 1, true);
    expect(order(lane)).toEqual([2, 1, 3, 4]);
  });

  it('is by priority within a key, then by age; of calls of the same instant, by process', () => {
    const lane = new OneByOne();
    memberOf(lane.state, 'two').tickets = [
      ticketOf({ id: 1, since: 5, priority: 1 }),
      ticketOf({ id: 7, since: 3 }),
    ];
    memberOf(lane.state, 'one').tickets = [
      ticketOf({ id: 9, since: 2, priority: 1 }),
      ticketOf({ id: 7, since: 3 }),
    ];
    begin(lane.state.turns, 'a', { size: 1, weight: 1 }, undefined);
    const members = inOrder(lane.state).map(({ ticket: { id }, member }) => `${id} ${member}`);
    expect(members).toEqual(['9 one', '1 two', '7 one', '7 two']);
  });

  it('has the oldest call first once nine have passed it', () => {
    const lane = new OneByOne();
    memberOf(lane.state, 'one').tickets = [
      ticketOf({ id: 2, priority: 1 }),
      ticketOf({ id: 3, priority: 1 }),
      ticketOf({ id: 1 }),
    ];
    const clock = begin(lane.state.turns, 'a', { size: 1, weight: 1 }, undefined);
    clock.passing = 8;
    expect(order(lane)).toEqual([2, 3, 1]);
    clock.passing = 9;
    expect(order(lane)).toEqual([1, 2, 3]);
  });

  it('knows the call of a key that waits longest', () => {
    const asked = [
      { ticket: ticketOf({ id: 4, key: 'a', since: 2 }), member: 'one' },
      { ticket: ticketOf({ id: 3, key: 'a', since: 2 }), member: 'two' },
      { ticket: ticketOf({ id: 1, key: 'b', since: 1 }), member: 'one' },
    ] satisfies AskingTicket[];
    expect(oldestOf(asked, 'a')?.id).toBe(3);
    expect(oldestOf(asked, 'c')).toBeUndefined();
  });
});
