import { expect, it } from 'vitest';
import { UNKNOWN_SHAPE } from '../../../src/model/limits.ts';
import { type LimitSet, newLimitSet, observeBalance } from '../../../src/rules/limits/limit-set.ts';
import { take } from '../../../src/rules/limits/limit-waits.ts';
import type { MeteredLimit } from '../../../src/rules/limits/metered-limit.ts';
import { policyOf } from './policies.ts';

const LIMIT: MeteredLimit = {
  dimension: 'tokens',
  max: 60_000,
  windowMs: 60_000,
  source: 'headers',
};

/** Limits of an unknown server that has shown what is left, after so many calls of a cost. */
function afterCalls(headroom: number | 'auto', count: number, cost: number): LimitSet {
  const set = newLimitSet([LIMIT], { ...policyOf(UNKNOWN_SHAPE), headroom }, 0);
  observeBalance(set, [{ ...LIMIT, remaining: LIMIT.max }], 0, {}, 0);
  for (let call = 0; call < count; call++) take(set, { tokens: cost }, 10);
  return set;
}

function spansOf({ meters }: LimitSet): number[] | undefined {
  return meters[0]?.windows.map(({ spanMs }) => spanMs);
}

it('the guard of a second is dropped with the sixth large call', () => {
  expect(spansOf(afterCalls(0.2, 5, 201))).toEqual([60_000, 1050]);
  expect(spansOf(afterCalls(0.2, 6, 201))).toEqual([60_000]);
});

it('a call is large above a fifth of what may go in a second; of any size without headroom', () => {
  expect(spansOf(afterCalls(0.2, 50, 200))).toEqual([60_000, 1050]);
  expect(spansOf(afterCalls('auto', 6, 1))).toEqual([60_000]);
});
