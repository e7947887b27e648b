import { afterEach, expect, test, vi } from 'vitest';
import { CooperativeQueue } from '../../../src/tokens/cooperative-queue.ts';
import { nextTurn } from '../../../src/tokens/next-turn.ts';
import { Encodings } from '../../../src/tokens/tokenizer/encodings.ts';
import { counted, pair } from './oracle.ts';

const TEXT = 'Counting, in cl100k_base: 12345 人工智能 😀';

const encodings = (): Encodings =>
  new Encodings(new CooperativeQueue({ now: () => performance.now() }, nextTurn));

/** The list in memory, so that loading it waits for nothing but turns of the event loop. */
async function* list(): AsyncGenerator<Uint8Array> {
  const { bpe_ranks } = (await import('js-tiktoken/ranks/cl100k_base')).default;
  for (let at = 0; at < bpe_ranks.length; at += 65_536) {
    yield new TextEncoder().encode(bpe_ranks.slice(at, at + 65_536));
  }
}

afterEach(() => vi.unstubAllGlobals());

test('an encoding is there once it is loaded', async () => {
  const ours = encodings();
  expect(ours.get('cl100k_base')).toBeUndefined();
  await ours.load('cl100k_base');
  const { counter } = ours.get('cl100k_base')!;
  expect(counted(counter, TEXT).tokens).toBe(pair('cl100k_base').expected(TEXT));
});

test('where the file ends half-way, the encoding is that of the module', async () => {
  const ends = ['export default {"bpe_ranks":"! 0 YQ== Yg==', ''];
  const read = async (into: Uint8Array): Promise<{ bytesRead: number }> => ({
    bytesRead: new TextEncoder().encodeInto(ends.shift()!, into).written,
  });
  const close = vi.fn(async () => undefined);
  vi.stubGlobal('process', { getBuiltinModule: () => ({ open: async () => ({ read, close }) }) });
  const ours = encodings();
  await ours.load('cl100k_base');
  expect(close).toHaveBeenCalledOnce();
  const { counter } = ours.get('cl100k_base')!;
  expect(counted(counter, TEXT).tokens).toBe(pair('cl100k_base').expected(TEXT));
});

test('an encoding is loaded within a bounded number of turns, however many calls there are', async () => {
  await list().next(); // imports the module, which takes as many turns as it does
  const turns: (() => void)[] = [];
  const queue = new CooperativeQueue({ now: () => 0 }, (turn) => turns.push(turn));
  const ours = new Encodings(queue, () => [list()]);
  void ours.load('cl100k_base');
  const endless = { done: false, step: (budget: number) => budget };
  let taken = 0;
  for (; ours.get('cl100k_base') === undefined && taken < 1000; taken += 1) {
    for (let call = 0; call < 10; call += 1) void queue.run(endless);
    for (const next of turns.splice(0)) next();
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(taken).toBeLessThan(100);
});
