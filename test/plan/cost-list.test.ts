import fc from 'fast-check';
import { expect, it } from 'vitest';
import { DIMENSIONS } from '../../src/model/limits.ts';
import { CostList } from '../../src/plan/cost-list.ts';

it('gives any costs back as they were added, and none beside them', () => {
  const amount = fc.option(fc.double({ min: 0, max: 1e9, noNaN: true }), { nil: undefined });
  const cost = fc.array(amount, { minLength: 5, maxLength: 5 }).map((amounts) => {
    const named = DIMENSIONS.map((dimension, index) => [dimension, amounts[index]] as const);
    return Object.fromEntries(named.filter(([, each]) => each !== undefined));
  });
  fc.assert(
    fc.property(fc.array(cost, { maxLength: 50 }), fc.nat(1100), (last, before) => {
      const costs = [...Array.from({ length: before }, (_, tokens) => ({ tokens })), ...last];
      const list = new CostList();
      for (const each of costs) list.add(each);
      expect(list.length).toBe(costs.length);
      expect(costs.map((_, index) => list.at(index))).toEqual(costs);
      expect([list.at(-1), list.at(costs.length)]).toEqual([undefined, undefined]);
    }),
  );
});
