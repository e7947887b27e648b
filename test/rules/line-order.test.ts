import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MemberCommand } from '../../src/rules/commands.ts';
import { memberOf } from '../../src/rules/lane-state.ts';
import { WaitingLine } from '../../src/rules/line-order.ts';
import type { Ticket } from '../../src/rules/ticket.ts';
import { begin, countPassing, serve } from '../../src/rules/turns.ts';
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
  const order = (lane: OneByOne) => new WaitingLine(lane.state).inOrder().map(({ id }) => id);

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
    const line = new WaitingLine(lane.state);
    const members = line.inOrder().map((call) => `${call.id} ${line.memberOf(call)}`);
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
    const lane = new OneByOne();
    memberOf(lane.state, 'one').tickets = [
      ticketOf({ id: 4, key: 'a', since: 2 }),
      ticketOf({ id: 5, key: 'a', since: 3, priority: 1 }),
      ticketOf({ id: 1, key: 'b', since: 1 }),
    ];
    memberOf(lane.state, 'two').tickets = [ticketOf({ id: 3, key: 'a', since: 2 })];
    const line = new WaitingLine(lane.state);
    expect(line.oldest('a')?.id).toBe(3);
    expect(line.oldest('c')).toBeUndefined();
  });

  it('is the same after each call that goes as if it were made anew', () => {
    const waiting = fc.record({
      key: fc.constantFrom('a', 'b', 'c'),
      since: fc.integer({ min: 0, max: 3 }),
      priority: fc.integer({ min: 0, max: 2 }),
      member: fc.constantFrom('one', 'two'),
      isSecond: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(waiting, { maxLength: 12 }), (calls) => {
        const lane = new OneByOne();
        for (const [id, { member, isSecond: _, ...call }] of calls.entries()) {
          memberOf(lane.state, member).tickets.push(ticketOf({ id, ...call }));
        }
        for (const key of ['a', 'b', 'c']) {
          begin(lane.state.turns, key, { size: 1, weight: 1 }, undefined).passing = 8;
        }
        const line = new WaitingLine(lane.state);
        for (const { isSecond } of calls) {
          const order = line.inOrder();
          expect(order).toEqual(new WaitingLine(lane.state).inOrder());
          const gone = order[isSecond ? 1 : 0] ?? order[0]!;
          const clock = lane.state.turns.keys[gone.key]!;
          countPassing(clock, gone, line.oldest(gone.key)!);
          serve(lane.state.turns, clock, 1, gone === order[0]);
          const { tickets } = memberOf(lane.state, line.memberOf(gone));
          tickets.splice(tickets.indexOf(gone), 1);
          line.remove(gone);
        }
        expect(line.inOrder()).toEqual([]);
      }),
    );
  });
});
