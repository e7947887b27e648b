import o200k from 'js-tiktoken/ranks/o200k_base';
import { expect, test } from 'vitest';
import { extendHash } from '../../../src/tokens/tokenizer/byte-hash.ts';
import { NO_RANK, type Vocabulary } from '../../../src/tokens/tokenizer/vocabulary.ts';
import { builderOf, built } from './oracle.ts';

function rankOf(vocabulary: Vocabulary, bytes: Uint8Array): number {
  const hash = bytes.reduce(extendHash, 0);
  return vocabulary.rankOf(bytes, 0, bytes.length, hash);
}

function decoded(base64: string): Uint8Array {
  return Uint8Array.from(Buffer.from(base64, 'base64'));
}

test('every token of o200k_base is found under its own rank', () => {
  const vocabulary = built(o200k.bpe_ranks);
  const tokens = o200k.bpe_ranks.split(' ').slice(2);
  expect(vocabulary.size).toBe(tokens.length);
  const wrong = tokens.filter((token, rank) => rankOf(vocabulary, decoded(token)) !== rank);
  expect(wrong).toEqual([]);
});

test('bytes that are no token have no rank', () => {
  const vocabulary = built('! 0 YQ== Yg== YWI=');
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
  expect(rankOf(vocabulary, bytes('ab'))).toBe(2);
  expect(vocabulary.rankOfPair(97, 98)).toBe(2);
  expect(rankOf(vocabulary, bytes('ba'))).toBe(NO_RANK);
  expect(vocabulary.rankOfPair(98, 97)).toBe(NO_RANK);
  expect(rankOf(vocabulary, bytes('abab'))).toBe(NO_RANK);
});

test('ranks go on over several lines', () => {
  const vocabulary = built('! 0 YQ== Yg==\n! 2 YWI=\n');
  expect(vocabulary.size).toBe(3);
  expect(vocabulary.rankOfPair(97, 98)).toBe(2);
});

test('a step does about as much as it is asked for', () => {
  const builder = builderOf(o200k.bpe_ranks);
  let most = 0;
  let steps = 0;
  while (!builder.done) {
    most = Math.max(most, builder.step(6000));
    steps += 1;
  }
  expect(most).toBeLessThan(6500);
  expect(steps).toBeGreaterThan(300);
});

test('without tokens, the vocabulary is empty', () => {
  expect(built('').size).toBe(0);
});
