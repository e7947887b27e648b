import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Journal } from '../../src/batch-api/journal.ts';
import { PackedIds } from '../../src/batch-api/packed-ids.ts';

const packed = (...ids: string[]): PackedIds => new PackedIds(ids);

it('is, read again after any crash, what it was after a line that it had kept', () => {
  const steps = fc.array(
    fc.tuple(fc.constantFrom('plan', 'submit', 'close'), fc.integer({ min: 0, max: 3 })),
  );
  fc.assert(
    fc.property(steps, fc.nat(), (all, cut) => {
      const lines: string[] = [];
      const states: string[] = [stateOf(new Journal({ append: () => {} }))];
      const journal = new Journal({ append: (line) => void lines.push(line) });
      for (const [step, token] of all) {
        const name = `t${token}`;
        if (step === 'plan')
          journal.plan({ token: name, at: 1, url: '/u', ids: packed('a', `${token}`), usd: token });
        else if (step === 'submit') journal.submitted(name, `b${token}`);
        else journal.close(name, 'collected', [1]);
        states.push(stateOf(journal));
      }
      const kept = cut % (lines.length + 1);
      const torn = lines[kept]?.slice(0, -1) ?? '';
      const again = new Journal({ append: () => {} }, [...lines.slice(0, kept), torn, 'garbage']);
      expect(stateOf(again)).toBe(states[kept]);
    }),
  );
});

function stateOf({ open, left, batches }: Journal): string {
  return JSON.stringify([[...open.values()], [...left], [...batches]]);
}
