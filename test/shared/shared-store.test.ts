import { expect, test } from 'vitest';
import { MemoryStore } from '../../src/shared/memory-cell.ts';
import { SharedLedgers } from '../../src/shared/shared-ledgers.ts';
import { SharedStore } from '../../src/shared/shared-store.ts';
import { createVirtualClock } from '../../src/testing/index.ts';
import { CountingStore } from '../support/counting-store.ts';
import { FlakyStore } from '../support/flaky-store.ts';
import { ticketRules } from '../support/ticket-rules.ts';

test('it is back when it answers, though a value was closed while it was lost', async () => {
  const clock = createVirtualClock();
  const flaky = new FlakyStore(new MemoryStore(clock).cellsOf('one'));
  const store = new SharedStore(flaky, clock);
  const open = (name: string) =>
    store.open(name, {
      rules: ticketRules({ capacity: 1, perMs: 1, concurrency: 1 }),
      act: () => {},
      restate: () => [],
      isWaiting: () => false,
    });
  const [kept, closed] = [open('kept'), open('closed')];
  flaky.isDown = true;
  for (const value of [kept, closed]) value.send({ kind: 'anew', waiting: [], running: [] });
  await clock.advance(1000);
  expect(store.reach.isUp).toBe(false);
  await clock.run(closed.close());
  flaky.isDown = false;
  await clock.advance(10_000);
  expect(store.reach.isUp).toBe(true);
  store.reach.close();
});

test('it reckons with as many processes as the fullest value that is open has', () => {
  const clock = createVirtualClock();
  const store = new SharedStore(new FlakyStore(new MemoryStore(clock).cellsOf('one')), clock);
  for (let i = 0; i < 200_000; i++) store.heard(`key ${i}`, 1);
  store.heard('lane', 5);
  expect(store.instances).toBe(5);
  store.forget('lane');
  expect(store.instances).toBe(1);
});

test.each([
  [2, 14_000],
  [3, 20_000],
  [4, 60_000],
])(
  '%i processes forget no money that was spent while the store was lost, for %i ms',
  async (count, lostMs) => {
    const clock = createVirtualClock();
    const memory = new MemoryStore(clock);
    const stores = Array.from({ length: count }, (_, i) => new FlakyStore(memory.cellsOf(`${i}`)));
    const ledgers = stores.map((store) => new SharedLedgers(new SharedStore(store, clock)));
    const account = { id: 'team', limitBillionths: 1e9, windowMs: 86_400_000 };
    for (const each of ledgers) await clock.run(each.reserve(account, 1));
    await clock.advance(500);
    for (const store of stores) store.isDown = true;
    for (const each of ledgers) each.settle(account, 1, 100);
    await clock.advance(lostMs);
    for (const store of stores) store.isDown = false;
    await clock.advance(20_000);
    const { spent, reserved } = await clock.run(ledgers[0]!.reserve(account, 0));
    expect({ spent, reserved }).toEqual({ spent: 100 * count, reserved: 0 });
  },
);

test('processes forget no money that was spent where the store is given back an older value', async () => {
  const clock = createVirtualClock({ start: 1_700_000_000_000 });
  const memory = new MemoryStore(clock);
  const ledgers = ['a', 'b', 'c'].map((name) => {
    return new SharedLedgers(new SharedStore(memory.cellsOf(name), clock));
  });
  const account = { id: 'team', limitBillionths: 1e9, windowMs: 86_400_000 };
  for (const each of ledgers) await clock.run(each.reserve(account, 30));
  const before = { ...memory.at('budget/team') };
  let spent = 0;
  for (let i = 0; i < 30; i++) {
    ledgers[i % 3]!.settle(account, 1, i);
    spent += i;
    await clock.advance(150);
    if (i % 10 === 7) await clock.run(ledgers[i % 3]!.reserve(account, 0));
  }
  await clock.advance(500);
  // As a server that has failed over to a replica that was behind.
  memory.clear();
  Object.assign(memory.at('budget/team'), { ...before, inbox: new Map() });
  const asked = ledgers.map((each) => each.reserve(account, 0));
  await clock.run(Promise.all(asked));
  await clock.advance(20_000);
  const answer = await clock.run(ledgers[0]!.reserve(account, 0));
  expect(answer.spent).toBeGreaterThanOrEqual(Math.floor(0.9 * spent));
  expect(answer.spent).toBeLessThanOrEqual(spent);
});

test('a budget of a limiter that is closed rejects what it is asked, before and after', async () => {
  const clock = createVirtualClock();
  const flaky = new FlakyStore(new MemoryStore(clock).cellsOf('one'));
  const ledgers = new SharedLedgers(new SharedStore(flaky, clock));
  const account = { id: 'team', limitBillionths: 1e9, windowMs: 86_400_000 };
  await clock.run(ledgers.reserve(account, 1));
  flaky.isDown = true;
  const asked = ledgers.reserve(account, 1);
  const closing = ledgers.close();
  await expect(asked).rejects.toMatchObject({ code: 'closed' });
  await expect(ledgers.reserve(account, 1)).rejects.toMatchObject({ code: 'closed' });
  await clock.run(closing);
});

test('a limiter that is closed leaves its budgets once its last call has ended', async () => {
  const clock = createVirtualClock({ start: 1_700_000_000_000 });
  const memory = new MemoryStore(clock);
  const of = (name: string) => new SharedLedgers(new SharedStore(memory.cellsOf(name), clock));
  const [one, other] = [of('one'), of('other')];
  const account = { id: 'team', limitBillionths: 1e9, windowMs: 86_400_000 };
  await clock.run(one.reserve(account, 10));
  await clock.run(one.close());
  expect(await clock.run(other.reserve(account, 0))).toMatchObject({ reserved: 10, spent: 0 });
  one.settle(account, 10, 7);
  await clock.advance(200);
  expect(await clock.run(other.reserve(account, 0))).toMatchObject({ reserved: 0, spent: 7 });
  await clock.run(other.close());
  await clock.advance(60_000);
  expect(clock.pending).toBe(0);
});

test('accounts of which nothing is reserved ask nothing of the store, and know what was spent', async () => {
  const clock = createVirtualClock({ start: 1_700_000_000_000 });
  const memory = new MemoryStore(clock);
  const stores = ['one', 'other'].map((name) => new CountingStore(memory.cellsOf(name), 'budget/'));
  const [one, other] = stores.map((store) => new SharedLedgers(new SharedStore(store, clock)));
  const account = { id: 'team', limitBillionths: 1e9, windowMs: 86_400_000 };
  const asked = (): number => stores.reduce((sum, store) => sum + store.asked, 0);
  for (const each of [one!, other!]) {
    await clock.run(each.reserve(account, 10));
    each.settle(account, 10, 7);
  }
  await clock.run(one!.reserve(account, 5));
  await clock.advance(60_000);
  // Who has reserved something says that it is there.
  expect(await clock.run(other!.reserve(account, 0))).toMatchObject({ reserved: 5, spent: 14 });
  one!.settle(account, 5, 1);
  await clock.advance(60_000);
  const before = asked();
  await clock.advance(600_000);
  expect(asked()).toBe(before);
  for (const each of [one!, other!]) {
    expect(await clock.run(each.reserve(account, 0))).toMatchObject({ reserved: 0, spent: 15 });
    await clock.run(each.close());
  }
});
