import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TextSlices } from '../../src/tokens/text-slices.ts';
import { counted, pair } from './tokenizer/oracle.ts';
import { anyScript } from './tokenizer/strings.ts';

const PAIRS = [pair('o200k_base'), pair('cl100k_base')];

function slicesOf(texts: readonly string[]): string[] {
  const slices = new TextSlices();
  const complete = texts.flatMap((text) => [...slices.write(text)]);
  return [...complete, slices.rest()];
}

test('what is written comes out again, in slices, and no character is cut in two', () => {
  const long = fc.tuple(anyScript, fc.integer({ min: 1, max: 400 }));
  const texts = fc.array(
    fc.oneof(
      anyScript,
      long.map(([text, times]) => text.repeat(times)),
    ),
  );
  fc.assert(
    fc.property(texts, (written) => {
      const slices = slicesOf(written);
      expect(slices.join('')).toBe(written.join(''));
      for (const slice of slices) expect(slice.length).toBeLessThanOrEqual(4096);
      const halves = slices.slice(1).filter((slice, index) => {
        return /[\ud800-\udbff]$/.test(slices[index] ?? '') && /^[\udc00-\udfff]/.test(slice);
      });
      expect(halves).toEqual([]);
    }),
    { numRuns: 200, seed: 1 },
  );
});

test.each(PAIRS)('slices have as many tokens of $name as the whole', ({ counter }) => {
  const word = fc.constantFrom(
    ...['a', 'hello', "it's", '12345', 'x9', 'Ünïcode', '中文', 'don', "'s", "'ll", '😀'],
    ...[' ', '  ', '\t', '\n', ' \n', '\r\n', '"', '",', ':"', '?: ', '.', '...', '/', '//', '{\n'],
  );
  const text = fc.array(word, { minLength: 3000, maxLength: 9000 });
  fc.assert(
    fc.property(text, (words) => {
      const whole = words.join('');
      const slices = slicesOf(words);
      const sum = slices.reduce((tokens, slice) => tokens + counted(counter, slice).tokens, 0);
      expect(sum).toBe(counted(counter, whole).tokens);
    }),
    { numRuns: 60, seed: 2 },
  );
});
