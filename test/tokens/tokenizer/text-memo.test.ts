import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TextDigest } from '../../../src/tokens/tokenizer/text-digest.ts';
import { TextMemo } from '../../../src/tokens/tokenizer/text-memo.ts';
import { emptyTally, type TokensByScript } from '../../../src/tokens/tokenizer/tokens-by-script.ts';

const digestOf = (name: string, length = 200): TextDigest => {
  const digest = new TextDigest(name.padEnd(length, '.'));
  while (!digest.done) digest.advance();
  return digest;
};

const tallyOf = (tokens: number): TokensByScript => emptyTally().fill(tokens);

test('remembers a text by its digest', () => {
  const memo = new TextMemo(64);
  memo.set(digestOf('a'), tallyOf(1));
  expect(memo.get(digestOf('a'))).toEqual(tallyOf(1));
  expect(memo.get(digestOf('b'))).toBeUndefined();
  expect(memo.get(digestOf('a', 201))).toBeUndefined();
});

test('forgets what was not used for longest', () => {
  const memo = new TextMemo(8);
  for (const name of 'abcdefgh') memo.set(digestOf(name), tallyOf(1));
  memo.get(digestOf('a'));
  memo.set(digestOf('i'), tallyOf(1));
  const remembered = [...'abcdefghi'].filter((name) => memo.get(digestOf(name)) !== undefined);
  expect(remembered.join('')).toBe('acdefghi');
});

test('does not keep short texts, nor those that are sampled', () => {
  const memo = new TextMemo(8);
  const lengths = [127, 128, 8_000_000, 8_000_001];
  expect(lengths.map((length) => memo.keeps('a'.repeat(length)))).toEqual([
    false,
    true,
    true,
    false,
  ]);
});

test('has what was set last for a text, or nothing', () => {
  const sets = fc.array(fc.tuple(fc.constantFrom(...'abcdefghijkl'), fc.nat(1e6)));
  fc.assert(
    fc.property(sets, (entries) => {
      const memo = new TextMemo(16);
      const last = new Map<string, number>();
      for (const [name, tokens] of entries) {
        memo.set(digestOf(name), tallyOf(tokens));
        last.set(name, tokens);
        for (const [known, expected] of last) {
          const found = memo.get(digestOf(known));
          if (found !== undefined) expect(found).toEqual(tallyOf(expected));
        }
      }
    }),
    { seed: 1, numRuns: 50 },
  );
});
