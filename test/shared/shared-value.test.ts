import { describe, expect, test } from 'vitest';
import { MemoryStore } from '../../src/shared/memory-cell.ts';
import { type Acted, TicketMember } from '../support/ticket-member.ts';
import { type TicketLimits, ticketRules } from '../support/ticket-rules.ts';
import { DistantCell, FAIR, Process, seeded, WorldClock } from './world.ts';

/** One call each 100 ms, two at once. */
const LIMITS: TicketLimits = { capacity: 2, perMs: 0.01, concurrency: 100 };

const ORDINARY = { format: 1, isPlain: false, messagesLost: 0, leaseMs: 10_000 };

/** A lane whose members reach the store within a millisecond. */
function lane(limits: TicketLimits = LIMITS) {
  const world = new WorldClock();
  const store = new MemoryStore(world);
  const start = world.now();
  const acted: Acted[] = [];
  const open = (name: string, how: Partial<typeof ORDINARY> = {}) => {
    const { format, isPlain, messagesLost, leaseMs } = { ...ORDINARY, ...how };
    const process = new Process(world, name);
    const cell = new DistantCell(
      store.cellsOf(name).open('lane'),
      process,
      world,
      () => ({ ...FAIR, messagesLost }),
      seeded(1),
      isPlain,
    );
    const rules = ticketRules(limits, format);
    const onAct = (each: Acted): void => void acted.push(each);
    const options = { cell, rules, member: name, clock: process, random: () => 0.5, onAct };
    const member = new TicketMember({ ...options, leaseMs });
    const ask = (id: number, durationMs = 0): void => member.ask(id, durationMs);
    return { process, cell, member, ask };
  };
  const trace = () => {
    return acted.map(({ actedAt, member, id }) => `${Math.round(actedAt - start)} ${member} ${id}`);
  };
  const at = (ms: number) => world.run(start + ms);
  return { world, store, open, acted, trace, at };
}

describe('one member', () => {
  test('is answered at the exact time, with a write for each', async () => {
    const { open, trace, at } = lane();
    const a = open('a');
    await at(10);
    for (const id of [1, 2, 3, 4]) a.ask(id);
    await at(1000);
    expect(trace()).toEqual(['14 a 1', '14 a 2', '114 a 3', '214 a 4']);
    // An ask at first, a write for what is granted at once, and one for each that ends or goes later.
    expect(a.cell.sent).toBe(8);
  });

  test('that leaves is gone at once', async () => {
    const { open, trace, at } = lane({ ...LIMITS, concurrency: 1 });
    const [a, b] = [open('a'), open('b')];
    a.ask(1, 60_000);
    await at(50);
    b.ask(2);
    await at(100);
    expect(trace()).toEqual(['4 a 1']);
    void a.member.shared.close();
    await at(200);
    expect(trace()).toEqual(['4 a 1', '104 b 2']);
  });
});

describe('several members', () => {
  test.each([1000, 10_000])(
    'all of them get on where none hears what it is told, with a lease of %i ms',
    async (leaseMs) => {
      const { open, acted, at } = lane();
      const members = ['a', 'b', 'c'].map((name) => open(name, { messagesLost: 1, leaseMs }));
      for (const [i, { ask }] of members.entries()) for (let n = 0; n < 3; n++) ask(10 * i + n);
      await at(30_000);
      expect(acted.length).toBe(9);
    },
  );

  test('who was answered and has not heard it says so to its cell', async () => {
    const { open, at } = lane();
    const [a, deaf] = [open('a'), open('deaf', { messagesLost: 1 })];
    a.ask(1);
    await at(50);
    for (const id of [2, 3, 4]) a.ask(id);
    expect([a.cell.unheards, deaf.cell.unheards]).toEqual([0, 0]);
    deaf.ask(5);
    await at(2000);
    expect(a.cell.unheards).toBe(0);
    expect(deaf.cell.unheards).toBeGreaterThan(0);
  });

  test('are served in the order of arrival, by whoever wrote last', async () => {
    const { open, trace, at } = lane();
    const [a, b, c] = [open('a'), open('b'), open('c')];
    a.ask(1);
    await at(20);
    for (const [i, { ask }] of [b, c, a, b, c, a].entries()) {
      ask(10 + i);
      await at(30 + 10 * i);
    }
    await at(1000);
    const served = ['26 b 10', '106 c 11', '204 a 12', '306 b 13', '406 c 14', '504 a 15'];
    expect(trace()).toEqual(['4 a 1', ...served]);
  });

  test('go on when the writer is killed, within 200 ms', async () => {
    const { open, trace, at } = lane();
    const [a, b, c] = [open('a'), open('b'), open('c')];
    a.ask(1);
    await at(20);
    for (const id of [10, 11, 12]) b.ask(id);
    for (const id of [20, 21, 22]) c.ask(id);
    await at(50);
    a.process.kill();
    await at(1000);
    expect(trace()).toEqual([
      '4 a 1',
      '26 b 10',
      '236 b 11',
      '236 b 12',
      '338 c 20',
      '438 c 21',
      '538 c 22',
    ]);
  });

  test('get back what a killed one was given and had not heard of, after 250 ms', async () => {
    const { open, trace, at } = lane({ ...LIMITS, concurrency: 1 });
    const [a, b, c] = [open('a'), open('b'), open('c')];
    a.ask(1, 50);
    await at(20);
    b.ask(2, 60_000);
    c.ask(3);
    await at(30);
    b.process.kill();
    await at(1000);
    expect(trace()).toEqual(['4 a 1', '311 c 3']);
  });

  test('that were stalled start nothing that they were given before', async () => {
    const { open, trace, at } = lane();
    const [a, b] = [open('a'), open('b')];
    a.ask(1);
    await at(20);
    for (const id of [10, 11, 12]) b.ask(id);
    await at(40);
    b.process.stall(1000);
    a.ask(2);
    await at(2000);
    expect(trace()).toEqual(['4 a 1', '26 b 10', '304 a 2', '1046 b 11', '1046 b 12']);
  });

  test('put the value back when the store has lost it', async () => {
    const { open, store, trace, at } = lane();
    const [a, b] = [open('a'), open('b')];
    a.ask(1);
    await at(20);
    for (const id of [10, 11, 12]) b.ask(id);
    await at(50);
    store.clear();
    await at(1000);
    expect(trace()).toEqual(['4 a 1', '26 b 10', '206 b 11', '306 b 12']);
  });

  test('that only heard of the value leave it to whoever has it to put it back, each time', async () => {
    const { open, store, trace, at } = lane();
    const [a, b] = [open('a'), open('b')];
    for (const id of [1, 2]) a.ask(id);
    await at(20);
    b.ask(10);
    for (const [i, id] of [3, 4].entries()) {
      await at(110 + 200 * i);
      a.ask(id);
      await at(120 + 200 * i);
      store.clear();
      await at(125 + 200 * i);
      b.ask(11 + i);
    }
    await at(2000);
    const expected = ['4 a 1', '4 a 2', '106 b 10', '207 a 3', '306 b 11', '407 a 4', '506 b 12'];
    expect(trace()).toEqual(expected);
  });

  test('of an older format let a newer one decide', async () => {
    const { open, store, trace, at } = lane();
    const [a, b] = [open('old'), open('new', { format: 2 })];
    b.ask(1);
    await at(20);
    a.ask(2);
    await at(1000);
    a.ask(3);
    await at(2000);
    expect(trace()).toEqual(['4 new 1', '26 old 2', '1006 old 3']);
    expect(store.at('lane').writer).toBe('new');
  });
});
