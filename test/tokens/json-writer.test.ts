import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CooperativeQueue } from '../../src/tokens/cooperative-queue.ts';
import { Estimator } from '../../src/tokens/estimator.ts';
import { fileTokensBy } from '../../src/tokens/file-tokens.ts';
import { JsonWriter } from '../../src/tokens/json-writer.ts';
import { base64, png, pngDataUrl } from './image-headers.ts';
import { longestRead, watched } from './reads.ts';
import { textOf } from './texts.ts';

const written = (value: unknown): string => textOf(new JsonWriter().write(value));

test('a value is written as JSON.stringify writes it', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(written(value)).toBe(JSON.stringify(value));
    }),
    { numRuns: 2000, seed: 1 },
  );
});

test('long strings are escaped like short ones, whatever is where one is cut', () => {
  const piece = fc.constantFrom('"', '\\', '\n', '\u0001', '\ud83d\ude00', '\ud800', 'a', 'word ');
  const text = fc.array(piece, { minLength: 2000, maxLength: 5000 });
  fc.assert(
    fc.property(text, (pieces) => {
      const value = { text: pieces.join(''), next: [pieces.join('')] };
      expect(written(value)).toBe(JSON.stringify(value));
    }),
    { numRuns: 100, seed: 2 },
  );
});

test('what is no JSON is left out, or null', () => {
  const odd = { none: undefined, call: () => 1, sign: Symbol('s'), not: Number.NaN, a: 1 };
  expect(written(odd)).toBe('{"not":null,"a":1}');
  expect(written([undefined, () => 1, 1n])).toBe('[null,null,null]');
  expect(written(undefined)).toBe('');
});

test('what contains itself comes to an end', () => {
  const loop: Record<string, unknown> = { a: 1 };
  for (const key of 'bcdefgh') loop[key] = [loop, { loop }];
  expect(written(loop).length).toBeLessThan(200);
});

test('a few values are read at a time, however many there are', () => {
  const rows = Array.from({ length: 5000 }, (_, id) => ({ id, name: `row ${id}`, tags: [] }));
  expect(longestRead((reads) => new JsonWriter().write(watched(rows, reads)))).toBeLessThan(20);
});

describe('a list of more values than are read', () => {
  const endless = (length: number): unknown =>
    new Proxy([], { get: (_, key) => (key === 'length' ? length : 7) });
  const estimator = new Estimator(
    new CooperativeQueue({ now: () => 0 }, (callback) => queueMicrotask(callback)),
  );
  const tokens = async (input: unknown): Promise<number> => {
    const content = [{ type: 'tool_use', name: '', input }];
    const body = { model: 'claude-opus-4-5', messages: [{ content }] };
    const call = await estimator.measure({ provider: 'anthropic', path: '/v1/messages', body });
    expect(call?.isText).toBe(false);
    return call?.tally.reduce((sum, count) => sum + count, 0) ?? 0;
  };

  test('is taken to go on as it began, at any depth', async () => {
    const million = await tokens(endless(1_000_000));
    expect((await tokens(endless(4_000_000))) / million).toBeCloseTo(4, 3);
    const half = { first: endless(2_000_000), second: endless(2_000_000) };
    expect((await tokens(half)) / million).toBeCloseTo(4, 3);
  });
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

  test.each([
    ['a data URL', pngDataUrl(10, 10), IMAGE],
    ['an image in base64', image, IMAGE],
    ['a document', `data:application/pdf;base64,${random}`, 4568],
    ['audio', `data:audio/mp3;base64,${'A'.repeat(64_000)}`, 31],
    ['audio in base64', wav, 100],
    ['any other base64', random, 4568],
    ['base64 on lines', random.replace(/.{76}/g, '$&\r\n'), 4568],
  ])('is counted as what it is: %s', (_what, text, tokens) => {
    const parts = [...new JsonWriter(fileTokens).write({ output: [text] })];
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
