import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fileTokensBy } from '../../src/tokens/file-tokens.ts';
import { jsonParts } from '../../src/tokens/json-parts.ts';
import { base64, png, pngDataUrl } from './image-headers.ts';
import { slicesOf, textOf } from './texts.ts';

test('a value is counted as the JSON that is sent', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(textOf(jsonParts(value))).toBe(JSON.stringify(value));
    }),
    { seed: 1 },
  );
  expect(textOf(jsonParts(new Date(0)))).toBe('"1970-01-01T00:00:00.000Z"');
  expect([...jsonParts(undefined)]).toEqual([]);
});

test('a long value is counted in slices', () => {
  const rows = Array.from({ length: 5000 }, (_, id) => ({ id, name: `row ${id}`, tags: [] }));
  const slices = slicesOf(jsonParts(rows));
  expect(slices.join('')).toBe(JSON.stringify(rows));
  expect(Math.max(...slices.map(({ length }) => length))).toBeLessThanOrEqual(4096);
});

const loop: Record<string, unknown> = {};
loop.itself = loop;
const trap = {
  get value(): never {
    throw new Error('trap');
  },
};

test.each([
  ['a cycle', loop],
  ['a bigint', { value: 1n }],
  ['a getter that throws', trap],
])('what can not be sent has no known tokens, and never throws: %s', (_what, value) => {
  expect([...jsonParts(value)]).toEqual([{ roughTokens: 0 }]);
});

describe('a file in a value', () => {
  const IMAGE = 77;
  const fileTokens = fileTokensBy(() => IMAGE);
  const noise = (length: number): number[] =>
    Array.from({ length }, (_, index) => (index * index * 7919) % 251);
  const random = base64(noise(3000));
  const image = base64([...png(10, 10), ...noise(3000)]);
  const wave = [...Buffer.from('RIFF....WAVEfmt '), ...new Array(20).fill(0)];
  const wav = base64([...wave, ...noise(160_000)]);

  const lines = random.replace(/.{76}/g, '$&\r\n');
  const atMost = (length: number): number => Math.min(4568, Math.ceil(length / 3));

  test.each([
    ['a data URL', pngDataUrl(10, 10), IMAGE],
    ['an image in base64', image, IMAGE],
    ['a document', `data:application/pdf;base64,${random}`, atMost(random.length + 28)],
    ['audio', `data:audio/mp3;base64,${'A'.repeat(64_000)}`, 31],
    ['audio in base64', wav, 100],
    ['any other base64', random, atMost(random.length)],
    ['base64 on lines', lines, atMost(lines.length)],
  ])('is counted as what it is: %s', (_what, text, tokens) => {
    const parts = [...jsonParts({ output: [text] }, fileTokens)];
    expect(textOf(parts)).toBe('{"output":[""]}');
    const files = parts.filter((part) => typeof part === 'object' && 'roughTokens' in part);
    expect(files.length).toBe(1);
    expect(Math.abs(Object(files[0]).roughTokens - tokens)).toBeLessThanOrEqual(1);
  });

  test.each([
    ['a sentence', 'Data: none of it is base64. '.repeat(100)],
    ['a row of one letter', 'a'.repeat(5000)],
    ['hexadecimal digits', '0123456789abcdef'.repeat(500)],
    ['a short key', random.slice(0, 200)],
    ['code on one line', 'if(a1){return B;}'.repeat(200)],
  ])('but %s is text', (_what, text) => {
    expect(fileTokens(text)).toBeUndefined();
  });
});
