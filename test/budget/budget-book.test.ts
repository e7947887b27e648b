import { describe, expect, it } from 'vitest';
import { BudgetBook } from '../../src/budget/budget-book.ts';
import { BudgetSpent } from '../../src/errors.ts';
import { MemoryStore } from '../../src/shared/memory-cell.ts';
import { SharedLedgers } from '../../src/shared/shared-ledgers.ts';
import { SharedStore } from '../../src/shared/shared-store.ts';
import { createVirtualClock, type VirtualClock } from '../../src/testing/index.ts';
import { FlakyStore } from '../support/flaky-store.ts';

const DAY_MS = 86_400_000;
/** Ten minutes before the next day. */
const TEN_MINUTES_MS = 600_000;
const START = Date.UTC(2026, 10, 23) - TEN_MINUTES_MS;

/** Processes that share a budget of a dollar a day. */
function sharing(count: number) {
  const clock = createVirtualClock({ start: START });
  const memory = new MemoryStore(clock);
  const processes = Array.from({ length: count }, (_, i) => {
    const flaky = Object.assign(new FlakyStore(memory.cellsOf(`p${i}`)), { instances: count });
    const ledgers = new SharedLedgers(new SharedStore(flaky, clock));
    const budget = { limitUsd: 1, windowMs: DAY_MS, perKey: false };
    return { flaky, book: new BudgetBook('budget', budget, clock, ledgers) };
  });
  const setDown = async (isDown: boolean): Promise<void> => {
    for (const { flaky } of processes) flaky.isDown = isDown;
    await clock.advance(10_000);
  };
  return { clock, books: processes.map(({ book }) => book), setDown };
}

/** Has a call paid that costs so much; whether there was room for it. */
async function pay(clock: VirtualClock, book: BudgetBook, costUsd: number): Promise<boolean> {
  const reserve = async () => book.reserve({ model: 'm', key: undefined, costUsd });
  try {
    const end = await clock.run(reserve());
    end(costUsd);
    await clock.advance(200);
    return true;
  } catch (error) {
    if (error instanceof BudgetSpent) return false;
    throw error;
  }
}

async function payAll(clock: VirtualClock, books: readonly BudgetBook[]): Promise<number> {
  let paid = 0;
  for (const book of books) while (await pay(clock, book, 0.05)) paid += 1;
  return paid;
}

describe('a budget in a store that is lost', () => {
  it('is what was left of it, shared out', async () => {
    const { clock, books, setDown } = sharing(2);
    for (let i = 0; i < 12; i++) expect(await pay(clock, books[i % 2]!, 0.05)).toBe(true);
    await setDown(true);
    // Both are told before of what the other one has spent, up to the last call.
    expect(await payAll(clock, books)).toBeLessThanOrEqual(9);
    await setDown(false);
    await payAll(clock, books);
    expect(books[0]!.spending()[0]!.spentUsd).toBeGreaterThan(0.9);
    expect(books[0]!.spending()[0]!.spentUsd).toBeLessThanOrEqual(1);
  });

  it('counts no money twice that was spent in an outage before', async () => {
    const { clock, books, setDown } = sharing(1);
    let paid = 0;
    for (const isDown of [true, false, true, false, true]) {
      await setDown(isDown);
      for (let i = 0; i < 4; i++) if (await pay(clock, books[0]!, 0.05)) paid += 1;
      expect(books[0]!.spending()[0]!.spentUsd).toBeCloseTo(0.05 * paid, 9);
    }
    expect(paid).toBe(20);
    expect(await pay(clock, books[0]!, 0.05)).toBe(false);
  });

  it('says how much of the whole is spent, and begins anew with the next day', async () => {
    const { clock, books, setDown } = sharing(2);
    for (let i = 0; i < 16; i++) await pay(clock, books[0]!, 0.05);
    await setDown(true);
    const asking = async () => books[0]!.reserve({ model: 'm', key: undefined, costUsd: 0.5 });
    await expect(clock.run(asking())).rejects.toMatchObject({ spentUsd: 0.8, limitUsd: 0.9 });
    await clock.advance(TEN_MINUTES_MS);
    expect(await pay(clock, books[0]!, 0.5)).toBe(true);
    expect(await pay(clock, books[0]!, 0.05)).toBe(false);
  });
});

it('a call that began under a budget of other windows takes nothing from the new one', () => {
  const clock = createVirtualClock({ start: START });
  const book = new BudgetBook('budget', { limitUsd: 1, windowMs: DAY_MS, perKey: false }, clock);
  const end = book.reserve({ model: 'm', key: undefined, costUsd: 0.6 });
  if (end instanceof Promise) throw new Error('It should have been there at once');
  book.adopt({ limitUsd: 1, windowMs: 3_600_000, perKey: false });
  end(0.5);
  expect(book.spending()).toMatchObject([{ spentUsd: 0, reservedUsd: 0, limitUsd: 1 }]);
});
