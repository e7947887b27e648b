import fc from 'fast-check';
import { expect, it } from 'vitest';
import { IdSet } from '../../src/cli/id-set.ts';

it('always has what a set of texts has, whatever is added and deleted', () => {
  const step = fc.tuple(fc.constantFrom('add', 'delete'), fc.nat(3000));
  fc.assert(
    fc.property(fc.array(step, { size: 'max', maxLength: 3000 }), (steps) => {
      const [ids, model] = [new IdSet(), new Set<string>()];
      for (const [what, number] of steps) {
        const id = `row-${number}`;
        if (what === 'add') expect(ids.add(id)).toBe(!model.has(id));
        else ids.delete(id);
        if (what === 'add') model.add(id);
        else model.delete(id);
      }
      expect(ids.size).toBe(model.size);
      for (let each = 0; each <= 3000; each += 7) {
        expect(ids.has(`row-${each}`)).toBe(model.has(`row-${each}`));
      }
    }),
    { numRuns: 10 },
  );
});
