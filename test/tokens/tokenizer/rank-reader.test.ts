import o200k from 'js-tiktoken/ranks/o200k_base';
import { expect, test } from 'vitest';
import { RankReader, type Tokens } from '../../../src/tokens/tokenizer/rank-reader.ts';

const ROOM = { tokens: 0, bytes: 0 };

function read(list: string, chunk: number, budget: number, room = ROOM): Tokens {
  const reader = new RankReader(room);
  const bytes = new TextEncoder().encode(list);
  for (let at = 0; at < bytes.length; at += chunk) {
    reader.take(bytes.subarray(at, at + chunk));
    while (!reader.done) reader.step(budget);
  }
  return reader.finish();
}

test('a list may be cut anywhere, into chunks and slices', () => {
  const list = '! 0 YQ== Yg==\n! 2 YWI= YWJjZA==\n';
  const whole = read(list, 1000, 1000);
  expect(new TextDecoder().decode(whole.bytes)).toBe('abababcd');
  expect([...whole.offsets]).toEqual([0, 1, 2, 4, 8]);
  expect(whole.longest).toBe(4);
  for (let chunk = 1; chunk < list.length; chunk += 1) {
    for (const budget of [1, 5]) expect(read(list, chunk, budget)).toEqual(whole);
  }
});

test('room that is too small grows', () => {
  const known = read(o200k.bpe_ranks, 65_536, 2000, { tokens: 200_000, bytes: 1_410_000 });
  expect(known.offsets.length).toBe(199_999);
  // Nothing was outgrown: what is returned is in the memory that was there to begin with.
  expect([known.bytes.buffer.byteLength, known.offsets.buffer.byteLength]).toEqual([
    1_410_000, 800_004,
  ]);
  const grown = read(o200k.bpe_ranks, 65_536, 2000);
  expect(Buffer.compare(grown.bytes, known.bytes)).toBe(0);
  expect(Buffer.from(grown.offsets).equals(Buffer.from(known.offsets))).toBe(true);
});

test('a step does no more than it is asked for', () => {
  const reader = new RankReader(ROOM).take(new TextEncoder().encode(o200k.bpe_ranks));
  let steps = 0;
  for (; !reader.done; steps += 1) expect(reader.step(6000)).toBeLessThanOrEqual(6000);
  expect(steps).toBeGreaterThan(300);
});

test('text that is no list of ranks has no tokens', () => {
  for (const text of ['', ' ', '\n\n', '!', '! 0', '! 0 ', '  \n   ']) {
    expect(read(text, 3, 2)).toMatchObject({ longest: 0, offsets: { length: 1 } });
  }
});
