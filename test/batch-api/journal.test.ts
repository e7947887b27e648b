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
    fc.property(steps, fc.nat(), (taken, cut) => {
      const lines: string[] = [];
      const states: string[] = [stateOf(new Journal({ append: () => {} }), new Set())];
      const left = new Set<string>();
      const journal = new Journal({ append: (line) => void lines.push(line) }, [], left);
      for (const [step, token] of taken) {
        const name = `t${token}`;
        if (step === 'plan')
          journal.plan({ token: name, at: 1, url: '/u', ids: packed('a', `${token}`), usd: token });
        else if (step === 'submit') journal.submitted(name, `b${token}`);
        else journal.close(name, 'collected', [1]);
        states.push(stateOf(journal, left));
      }
      const kept = cut % (lines.length + 1);
      const torn = lines[kept]?.slice(0, -1) ?? '';
      const leftAgain = new Set<string>();
      const all = [...lines.slice(0, kept), torn, 'garbage'];
      const again = new Journal({ append: () => {} }, all, leftAgain);
      expect(stateOf(again, leftAgain)).toBe(states[kept]);
    }),
  );
});

it.each([
  ['null'],
  ['[]'],
  ['{"step":"planned"}'],
  ['{"step":"planned","token":"t"}'],
  ['{"step":"planned","at":1,"ids":["a"]}'],
  ['{"step":"submitted","token":"t0"}'],
  ['{"step":"closed","token":"t","left":[0]}'],
])('takes nothing from a line of something else: %s', (line) => {
  const planned = { step: 'planned', token: 't0', at: 1, url: '/u', usd: 'x', ids: ['a'] };
  const before = [JSON.stringify(planned)];
  const none = { append: () => {} };
  const journal = new Journal(none, [...before, line]);
  expect(stateOf(journal, new Set())).toBe(stateOf(new Journal(none, before), new Set()));
  expect(journal.open.get('t0')).toMatchObject({ usd: 0, batch: undefined });
});

it('refuses to go on where nobody knows when a line is kept', async () => {
  const journal = new Journal({ append: async () => Promise.reject(new Error('disk')) });
  const plan = () => journal.plan({ token: 't', at: 1, url: '/u', ids: packed('a'), usd: 0 });
  expect(plan).toThrow(/^Expected `journal.append` to be a function that returns when the line/);
  expect(journal.open.size).toBe(0);
});

function stateOf({ open, batches }: Journal, left: ReadonlySet<string>): string {
  return JSON.stringify([
    [...open.values()].map((batch) => ({ ...batch, ids: [...batch.ids] })),
    [...left],
    [...batches],
  ]);
}

it('keeps any names, in order, and gives each by its place', () => {
  const name = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.constant('half \ud83d'));
  fc.assert(
    fc.property(fc.array(name), (ids) => {
      const names = new PackedIds(ids);
      expect([...names]).toEqual(ids);
      expect(ids.map((_, index) => names.at(index))).toEqual(ids);
      expect([names.length, names.at(ids.length), names.at(-1)]).toEqual([
        ids.length,
        undefined,
        undefined,
      ]);
      names.trim();
      names.add('more');
      expect([...names]).toEqual([...ids, 'more']);
      expect(names.json).toBe(JSON.stringify([...ids, 'more']));
    }),
  );
});
