import fc from 'fast-check';
import { expect, test } from 'vitest';
import { emptyTally } from '../../../src/estimate/tokenizer/tally.ts';
import { TextMemo } from '../../../src/estimate/tokenizer/text-memo.ts';

const tally = emptyTally();
const text = (name: string, length = 200): string => name.padEnd(length, '.');

test('remembers a text, also as a copy', () => {
  const memo = new TextMemo(1000);
  memo.set(text('a'), tally);
  expect(memo.get(['a', ...'.'.repeat(199)].join(''))).toBe(tally);
  expect(memo.get(text('b'))).toBeUndefined();
});

test('forgets what was not used for longest', () => {
  const memo = new TextMemo(400);
  memo.set(text('a'), tally);
  memo.set(text('b'), tally);
  memo.get(text('a'));
  memo.set(text('c'), tally);
  expect([memo.get(text('a')), memo.get(text('b')), memo.get(text('c'))]).toEqual([
    tally,
    undefined,
    tally,
  ]);
});

test('does not keep short texts, nor one that is too long', () => {
  const memo = new TextMemo(400);
  memo.set('short', tally);
  memo.set(text('long', 401), tally);
  expect(memo.characters).toBe(0);
});

test('never keeps more characters than it may', () => {
  const sets = fc.array(fc.tuple(fc.constantFrom(...'abcdef'), fc.integer({ min: 1, max: 900 })));
  fc.assert(
    fc.property(sets, (entries) => {
      const memo = new TextMemo(2000);
      for (const [name, length] of entries) {
        memo.set(text(name, length), tally);
        expect(memo.characters).toBeLessThanOrEqual(2000);
        expect(memo.characters).toBeGreaterThanOrEqual(0);
      }
    }),
    { seed: 1 },
  );
});
