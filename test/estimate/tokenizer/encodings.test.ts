import { afterEach, expect, test, vi } from 'vitest';
import { CooperativeQueue } from '../../../src/estimate/cooperative-queue.ts';
import { nextTurn } from '../../../src/estimate/next-turn.ts';
import { Encodings } from '../../../src/estimate/tokenizer/encodings.ts';
import { counted, pair } from './oracle.ts';

const TEXT = 'Counting, in cl100k_base: 12345 人工智能 😀';

const encodings = (): Encodings =>
  new Encodings(new CooperativeQueue({ now: () => performance.now() }, nextTurn));

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
