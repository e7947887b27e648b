import fc from 'fast-check';
import { expect, it } from 'vitest';
import { DIMENSIONS } from '../../src/model/limits.ts';
import { CostList } from '../../src/plan/cost-list.ts';
import { collectGarbage } from '../support/garbage.ts';

it('gives any costs back as they were added, and none beside them', () => {
  const whole = fc.constantFrom(0, 1, 700, 2 ** 32 - 2);
  const other = fc.constantFrom(2 ** 32 - 1, 2 ** 32, 0.5);
  const amount = fc.oneof(whole, whole, other, fc.double({ min: 0, max: 1e9, noNaN: true }));
  const costs = DIMENSIONS.map(() => {
    const some = fc.oneof(fc.constant(amount), fc.constant(whole), fc.constant(fc.constant(1)));
    return some.chain((each) => fc.array(fc.option(each, { nil: undefined }), { minLength: 1 }));
  });
  fc.assert(
    fc.property(fc.tuple(...costs), fc.nat(2500), (amounts, count) => {
      const added = Array.from({ length: count }, (_, index) => {
        const named = DIMENSIONS.map((dimension, column) => {
          const given = amounts[column] ?? [];
          return [dimension, given[index % given.length]] as const;
        });
        return Object.fromEntries(named.filter(([, each]) => each !== undefined));
      });
      const list = new CostList();
      for (const each of added) list.add(each);
      expect(list.length).toBe(count);
      expect(added.map((_, index) => list.at(index))).toEqual(added);
      expect([list.at(-1), list.at(count)]).toEqual([undefined, undefined]);
    }),
    { numRuns: 60 },
  );
});

it('takes 4 bytes for a call of which only one amount is its own', () => {
  const list = new CostList();
  const calls = 100 * 1024;
  collectGarbage();
  const { external } = process.memoryUsage();
  for (let tokens = 1; tokens <= calls; tokens++) list.add({ requests: 1, tokens });
  collectGarbage();
  expect((process.memoryUsage().external - external) / calls).toBeLessThan(5);
  expect(list.at(calls - 1)).toEqual({ requests: 1, tokens: calls });
});
