import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TextDigest } from '../../../src/tokens/tokenizer/text-digest.ts';
import { anyScript } from './strings.ts';

const digestOf = (text: string): string => {
  const digest = new TextDigest(text);
  while (!digest.done) digest.advance();
  return [digest.length, digest.first, digest.second].join(' ');
};

test('is the same for the same text, however it is stored', () => {
  fc.assert(
    fc.property(anyScript, anyScript, (one, other) => {
      const whole = one + other;
      const part = `中${whole}!`.slice(1, -1);
      expect(digestOf(part)).toBe(digestOf(JSON.parse(JSON.stringify({ whole })).whole));
    }),
    { seed: 1 },
  );
});

test.each([128, 16_383, 16_384, 16_385, 40_000])(
  'is of all %i characters: another one in any place makes another digest, in both halves',
  (length) => {
    const places = [0, 1, 2, 3, 4, length >> 1, length - 2, length - 1];
    const texts = places.map((at) => `${'a'.repeat(at)}b${'a'.repeat(length - at - 1)}`);
    const digests = ['a'.repeat(length), ...texts].map((text) => digestOf(text).split(' '));
    expect(new Set(digests.map(([, first]) => first)).size).toBe(places.length + 1);
    expect(new Set(digests.map(([, , second]) => second)).size).toBe(places.length + 1);
  },
);

test('differs between long texts of one length with a number at the end', () => {
  const shared = 'You are to grade this answer by clarity, truth and brevity. '.repeat(300);
  const digests = Array.from({ length: 5000 }, (_, index) => digestOf(shared + (10_000 + index)));
  expect(new Set(digests.map((digest) => digest.split(' ')[1])).size).toBeGreaterThan(4998);
  expect(new Set(digests).size).toBe(5000);
});

test('does not depend on the texts that were read before it', () => {
  const text = 'a'.repeat(129);
  const before = digestOf(text);
  digestOf('人'.repeat(20_000));
  expect(digestOf(text)).toBe(before);
});
