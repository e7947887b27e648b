import { expect, test } from 'vitest';
import { AskedCalls } from '../../src/lane/asked-calls.ts';
import type { Ticket } from '../../src/rules/ticket.ts';

const ticket = (id: number): Ticket => ({
  ...{ id, since: 100, priority: 0, key: 'own', sharedKey: 'digest', weight: 1 },
  ...{ cost: { requests: 1 }, expects: [], deadline: 500 },
});
const tickets = (from: number, to: number): Ticket[] =>
  Array.from({ length: to - from + 1 }, (_, i) => ticket(from + i));
const granted = (id: number) => ({ kind: 'granted', id }) as never;

test('the first sixteen ask, in the time of the lane and by the digest of their key', () => {
  const asked = new AskedCalls();
  asked.wait(tickets(1, 20));
  expect(asked.isNews).toBe(true);
  const told = asked.ask(7);
  expect(told.map(({ id }) => id)).toEqual(tickets(1, 16).map(({ id }) => id));
  expect(told[0]).toMatchObject({ since: 107, key: 'digest', deadline: undefined });
  expect(asked.isNews).toBe(false);
});

test.each([
  ['a call that has asked leaves', tickets(2, 16), true],
  ['another one goes ahead', [ticket(99), ...tickets(1, 15)], true],
  ['more come behind', tickets(1, 30), false],
])('the lane is asked anew: %s', (_, front, isNews) => {
  const asked = new AskedCalls();
  asked.wait(tickets(1, 16));
  asked.ask(0);
  asked.wait(front);
  expect(asked.isNews).toBe(isNews);
});

test('those behind ask when half of those that asked were answered', () => {
  const asked = new AskedCalls();
  asked.wait(tickets(1, 30));
  asked.ask(0);
  for (let id = 1; id <= 7; id++) asked.answered(granted(id));
  asked.wait(tickets(8, 30));
  expect(asked.isNews).toBe(false);
  asked.answered(granted(8));
  asked.wait(tickets(9, 30));
  expect(asked.isNews).toBe(true);
});

test('a call that is answered is known; one that nobody waits for has no cost', () => {
  const asked = new AskedCalls();
  asked.wait([ticket(1)]);
  asked.ask(0);
  expect(asked.answered(granted(1))).toMatchObject({ id: 1, key: 'own', cost: { requests: 1 } });
  expect(asked.answered(granted(1))).toMatchObject({ id: 1, cost: {} });
  asked.wait([]);
  expect(asked.isWaiting).toBe(false);
});

test('calls that are told to wait have still asked', () => {
  const asked = new AskedCalls();
  asked.wait([ticket(1)]);
  asked.ask(0);
  const blocked = asked.decisionOf({ kind: 'blocked', reason: 'requests', news: 0, members: 1 });
  expect(blocked).toMatchObject({ granted: [], blocked: { reason: 'requests', waitMs: Infinity } });
  expect(asked.isOpen(1)).toBe(true);
});
