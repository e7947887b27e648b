import fc from 'fast-check';
import { expect, it } from 'vitest';
import { chunksOf } from '../../examples/summarise/chunks.ts';

it('cuts between paragraphs where it can', () => {
  expect(chunksOf('one two\n\nthree\nfour\n\nfive', 18)).toEqual([
    'one two',
    'three\nfour\n\nfive',
  ]);
});

it('cuts between lines, between words and within words where it must', () => {
  expect(chunksOf('one\ntwo three seventeen', 6)).toEqual(['one', 'two', 'three', 'sevent', 'een']);
});

it('never makes a chunk too large or empty, and never loses a visible character', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'é', '🙂', ' ', '\n', '\n\n') });
  fc.assert(
    fc.property(text, fc.integer({ min: 2, max: 20 }), (whole, size) => {
      const chunks = chunksOf(whole, size);
      expect(chunks.every((chunk) => chunk.length > 0 && chunk.length <= size)).toBe(true);
      expect(chunks.join('').replaceAll(/\s/g, '')).toBe(whole.replaceAll(/\s/g, ''));
    }),
  );
});
