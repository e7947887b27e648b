import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RecentMap } from '../../../src/tokens/calibration/recent-map.ts';

const MOST = 4;
const uses = fc.array(fc.record({ key: fc.constantFrom(...'abcdefgh'), isSet: fc.boolean() }), {
  maxLength: 60,
});

test('the values that were used last are kept, and never more than twice as many', () => {
  fc.assert(
    fc.property(uses, (all) => {
      const map = new RecentMap<string>(MOST);
      const used: string[] = [];
      for (const { key, isSet } of all) {
        if (isSet) map.set(key, key);
        else if (map.get(key) === undefined) continue;
        used.push(key);
        const last = [...new Set(used.toReversed())].slice(0, MOST);
        expect(last.map((each) => map.get(each))).toEqual(last);
        used.push(...last);
      }
      const kept = [...'abcdefgh'].filter((key) => map.get(key) !== undefined);
      expect(kept.length).toBeLessThanOrEqual(2 * MOST);
      expect(map.entries().length).toBeLessThanOrEqual(MOST);
    }),
  );
});

test('what is dropped in the end is what nobody has used', () => {
  const map = new RecentMap<number>(MOST);
  map.set('old', 1);
  for (let index = 0; index < 2 * MOST; index++) map.set(`other ${index}`, index);
  expect(map.get('old')).toBeUndefined();
});

test('a value that is set again, or deleted, is there once or not at all', () => {
  const map = new RecentMap<number>(MOST);
  for (const key of 'abcd') map.set(key, 1);
  map.set('a', 2);
  map.delete('b');
  expect(map.entries()).toEqual([
    ['c', 1],
    ['d', 1],
    ['a', 2],
  ]);
});
