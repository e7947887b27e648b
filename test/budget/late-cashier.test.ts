import { expect, it } from 'vitest';
import type { Budget } from '../../src/budget/budget-option.ts';
import { systemClock } from '../../src/clock.ts';
import { LateCashier } from '../../src/limiter/late-cashier.ts';
import { priceIn } from '../../src/model/price.ts';
import { callerOf } from '../queue/queued-calls.ts';

const BUDGET: Budget = { limitUsd: 1, windowMs: 86_400_000, perKey: false };
const CALL = {
  call: { model: 'm', maxOutputTokens: 1_000_000 },
  estimate: { inputTokens: 0, outputTokens: 1_000_000 },
  caller: callerOf('ann'),
  price: () => priceIn({ input: 0, output: 1 }),
};

/** Loads code, and fails the first times. */
function hostOf(failures = 0) {
  let left = failures;
  let loads = 0;
  const loaded = <Module>(load: () => Promise<Module>): Promise<Module> => {
    loads++;
    return left-- > 0 ? Promise.reject(new Error('no disk')) : load();
  };
  return { clock: systemClock, loaded, loads: () => loads };
}

const usdOf = (cashier: LateCashier) =>
  cashier.spending().map(({ limitUsd, reservedUsd }) => [limitUsd, reservedUsd]);

it('loads nothing where there is no budget', () => {
  const host = hostOf();
  const cashier = new LateCashier(undefined, host);
  expect(cashier.reserve(CALL)).not.toBeInstanceOf(Promise);
  expect([cashier.spending(), host.loads()]).toEqual([[], 0]);
});

it('knows a budget before the code for it is loaded, and the last one then', async () => {
  const host = hostOf();
  const cashier = new LateCashier(BUDGET, host);
  expect(usdOf(cashier)).toEqual([[1, 0]]);
  cashier.adopt({ ...BUDGET, limitUsd: 2 });
  await Promise.all([cashier.reserve(CALL), cashier.reserve(CALL)]);
  expect([usdOf(cashier), host.loads()]).toEqual([[[2, 2]], 1]);
});

it('rejects a call for which the code can not be loaded, and loads it for the next', async () => {
  const cashier = new LateCashier(BUDGET, hostOf(1));
  await expect(cashier.reserve(CALL)).rejects.toThrow('no disk');
  await cashier.reserve(CALL);
  expect(usdOf(cashier)).toEqual([[1, 1]]);
});
