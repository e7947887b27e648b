import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BudgetLedger } from '../../src/budget/budget-ledger.ts';
import { budgetFrom } from '../../src/budget/budget-option.ts';
import type { BudgetReservation } from '../../src/budget/budget-reservation.ts';
import { Cashier } from '../../src/budget/cashier.ts';
import { Caller } from '../../src/callers/caller.ts';
import { BudgetSpent } from '../../src/errors.ts';
import { priceIn } from '../../src/model/price.ts';
import { knownPrice } from '../../src/providers/known-price.ts';

const HOUR_MS = 3_600_000;

/** A charge that no store was asked for. */
function inMemory(charge: BudgetReservation | Promise<BudgetReservation>): BudgetReservation {
  if (charge instanceof Promise) throw new Error('It should have been there at once');
  return charge;
}

const hourly = (usd: number, perKey = false) =>
  new BudgetLedger({ limitUsd: usd, windowMs: HOUR_MS, perKey });

describe('a budget', () => {
  it('is a day in UTC, or a window counted from the epoch', () => {
    const day = budgetFrom({ usdPerDay: 5 });
    expect(day).toEqual({ limitUsd: 5, windowMs: 24 * HOUR_MS, perKey: false });
    const noon = Date.UTC(2026, 10, 22, 12);
    expect(new BudgetLedger(day).of(undefined, noon).resetAt).toBe(Date.UTC(2026, 10, 23));
    const quarter = budgetFrom({ usd: 1, windowMs: 900_000, perKey: true });
    expect(quarter).toEqual({ limitUsd: 1, windowMs: 900_000, perKey: true });
    expect(new BudgetLedger(quarter).of('a', noon + 1).resetAt).toBe(noon + 900_000);
  });

  it('has room up to its limit, and not a billionth more', () => {
    const ledger = hourly(0.3);
    expect(ledger.reserve(undefined, 0.1, 0)).toBeDefined();
    expect(ledger.reserve(undefined, 0.2, 0)).toBeDefined();
    expect(ledger.reserve(undefined, 1e-9, 0)).toBeUndefined();
    expect(ledger.spending(0)).toEqual([
      { key: undefined, spentUsd: 0, reservedUsd: 0.3, limitUsd: 0.3, resetAt: HOUR_MS },
    ]);
  });

  it('lets pass what costs nothing, whatever has been spent', () => {
    const ledger = hourly(1);
    const hold = ledger.reserve(undefined, 1, 0);
    if (hold !== undefined) ledger.settle(hold, 7, 0);
    expect(ledger.of(undefined, 0)).toMatchObject({ spentUsd: 7, reservedUsd: 0 });
    expect(ledger.reserve(undefined, 0, 0)).toBeDefined();
    expect(ledger.reserve(undefined, 0.01, 0)).toBeUndefined();
  });

  it('is refused to a call of no known end: a cost that is no amount fits no limit', () => {
    expect(hourly(5).reserve(undefined, Number.POSITIVE_INFINITY, 0)).toBeUndefined();
  });

  it('can be spent to the last instant that a date can name', () => {
    const clock = { now: () => 0, setTimeout: () => () => {} };
    const budget = budgetFrom({ usd: 1e-6, windowMs: 8.64e15 });
    const cashier = new Cashier(budget, clock);
    const payable = {
      estimate: { inputTokens: 0, outputTokens: 0 },
      caller: new Caller(undefined),
    };
    const price = () => priceIn({ input: 0, output: 1 });
    const call = { model: 'm', maxOutputTokens: 2 };
    const charge = () => cashier.reserve({ ...payable, call, price });
    expect(charge).toThrow(BudgetSpent);
    expect(charge).toThrow('is reset at +275760-09-13T00:00:00.000Z');
    // OpenAI's moderations are free.
    const free = { model: 'omni-moderation-latest', maxOutputTokens: undefined };
    const priceless = () => knownPrice(free.model, {}, 'A budget');
    expect(() => cashier.reserve({ ...payable, call: free, price: priceless })).not.toThrow();
  });

  it('is another one for each key, and one for those who have none', () => {
    const ledger = hourly(1, true);
    for (const key of ['alice', 'bob', undefined]) {
      expect(ledger.reserve(key, 0.75, 0)).toBeDefined();
      expect(ledger.reserve(key, 0.5, 0)).toBeUndefined();
    }
    expect(ledger.spending(0).map(({ key, reservedUsd }) => [key, reservedUsd])).toEqual([
      ['alice', 0.75],
      ['bob', 0.75],
      [undefined, 0.75],
    ]);
  });

  it('forgets the keys of an earlier window, but for what is still to be paid', () => {
    const ledger = hourly(1, true);
    const old = ledger.reserve('alice', 0.5, 0);
    const held = ledger.reserve('bob', 0.75, 0);
    if (old !== undefined) ledger.settle(old, 0.5, 0);
    const resetAt = 2 * HOUR_MS;
    const common = { key: 'bob', limitUsd: 1, resetAt };
    expect(ledger.spending(HOUR_MS)).toEqual([{ ...common, spentUsd: 0, reservedUsd: 0.75 }]);
    expect(ledger.reserve('bob', 0.5, HOUR_MS)).toBeUndefined();
    if (held !== undefined) ledger.settle(held, 0.25, HOUR_MS);
    expect(ledger.spending(HOUR_MS)).toEqual([{ ...common, spentUsd: 0.25, reservedUsd: 0 }]);
  });
});

const LIMIT = 1000;
const KEYS = ['alice', 'bob', undefined];
const step = fc.record({
  key: fc.constantFrom(...KEYS),
  /** Millionths of a dollar: what a call may cost, and what it turns out to cost. */
  most: fc.integer({ min: 0, max: 600 }),
  actual: fc.integer({ min: 0, max: 700 }),
  /** Which of the open calls ends then, how, and how often that is said. */
  ends: fc.nat(),
  how: fc.constantFrom('settled', 'unknown', 'released', 'open'),
  twice: fc.boolean(),
  waitMs: fc.constantFrom(0, 0, 0, 1, 1_000_000, HOUR_MS),
});

interface Open {
  readonly charge: BudgetReservation;
  readonly key: string | undefined;
  readonly most: number;
}

/** A dollar for each million of output, and none for input: tokens are millionths of a dollar. */
const used = (outputTokens: number) => ({
  inputTokens: 0,
  cachedInputTokens: 0,
  cacheWriteTokens: 0,
  outputTokens,
});
const millionths = (usd: number): number => Math.round(usd * 1e6);

describe('in any history of calls', () => {
  it('nothing is lost or created, and only what calls cost beyond their reservations exceeds the limit', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.boolean(), (steps, perKey) => {
        let now = 0;
        const clock = { now: () => now, setTimeout: () => () => {} };
        const budget = { limitUsd: LIMIT / 1e6, windowMs: HOUR_MS, perKey };
        const cashier = new Cashier(budget, clock);
        const open: Open[] = [];
        /** By key, in this window: what ended calls have cost, and how much of that was a surprise. */
        const spent = new Map<string | undefined, number>();
        const beyond = new Map<string | undefined, number>();
        const add = (map: Map<string | undefined, number>, key: string | undefined, n: number) =>
          map.set(key, (map.get(key) ?? 0) + n);
        const reservedOf = (key: string | undefined) =>
          open.reduce((sum, each) => sum + (each.key === key ? each.most : 0), 0);
        const check = (): void => {
          for (const each of cashier.spending()) {
            const { key } = each;
            expect(millionths(each.spentUsd)).toBe(spent.get(key) ?? 0);
            expect(millionths(each.reservedUsd)).toBe(reservedOf(key));
            const excess = millionths(each.spentUsd + each.reservedUsd) - LIMIT;
            expect(excess).toBeLessThanOrEqual(beyond.get(key) ?? 0);
          }
        };
        for (const { most, actual, ends, how, twice, waitMs, ...rest } of steps) {
          const key = perKey ? rest.key : undefined;
          const call = { model: 'm', maxOutputTokens: most };
          const estimate = { inputTokens: 9, outputTokens: most };
          const price = () => priceIn({ input: 0, output: 1 });
          try {
            open.push({
              charge: inMemory(
                cashier.reserve({ call, estimate, caller: new Caller(rest.key), price }),
              ),
              key,
              most,
            });
          } catch (error) {
            expect(error).toBeInstanceOf(BudgetSpent);
            expect((spent.get(key) ?? 0) + reservedOf(key) + most).toBeGreaterThan(LIMIT);
          }
          check();
          const before = now;
          now += waitMs;
          if (Math.floor(before / HOUR_MS) !== Math.floor(now / HOUR_MS)) {
            spent.clear();
            beyond.clear();
          }
          check();
          const [ended] = how === 'open' ? [] : open.splice(ends % Math.max(1, open.length), 1);
          if (ended === undefined) continue;
          const cost = { settled: actual, unknown: ended.most, released: 0, open: 0 }[how];
          if (how === 'released') ended.charge.release();
          else ended.charge.settle(how === 'settled' ? used(actual) : undefined);
          add(spent, ended.key, cost);
          add(beyond, ended.key, Math.max(0, cost - ended.most));
          if (twice) ended.charge.settle(used(actual));
          if (twice) ended.charge.release();
          check();
        }
        for (const { charge } of open.splice(0)) charge.release();
        check();
      }),
      { numRuns: 2000 },
    );
  });
});
