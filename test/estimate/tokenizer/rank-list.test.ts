import cl100k from 'js-tiktoken/ranks/cl100k_base';
import o200k from 'js-tiktoken/ranks/o200k_base';
import { afterEach, expect, test, vi } from 'vitest';
import { type Encoding, rankList, rankListIn } from '../../../src/estimate/tokenizer/rank-list.ts';

const text = async (encoding: Encoding): Promise<string> =>
  new TextDecoder().decode(await rankList(encoding, () => Promise.resolve()));

afterEach(() => vi.unstubAllGlobals());

test('the list is that of the module, where files can be read', async () => {
  expect((await text('o200k_base')) === o200k.bpe_ranks).toBe(true);
  expect((await text('cl100k_base')) === cl100k.bpe_ranks).toBe(true);
});

test.each([
  ['process', undefined],
  ['process', { getBuiltinModule: () => undefined }],
  ['process', { getBuiltinModule: () => ({ readFile: () => Promise.reject(new Error()) }) }],
  ['process', { getBuiltinModule: () => ({ readFile: () => 'export default {}' }) }],
  ['Deno', {}],
])('the list is that of the module, with %s %o', async (name, value) => {
  vi.stubGlobal(name, value);
  expect((await text('cl100k_base')) === cl100k.bpe_ranks).toBe(true);
});

test.each([
  ['export default {"a":1,"bpe_ranks":"! 0 YQ=="}', '! 0 YQ=='],
  ['export default {"bpe_ranks":"! 0 YQ==\\n! 1 Yg=="}', undefined],
  ['export default {"bpe_ranks":"! 0 YQ==', undefined],
  ["export default {bpe_ranks:'! 0 YQ=='}", undefined],
  ['', undefined],
])('of %j the list is %j', (module, list) => {
  const found = rankListIn(new TextEncoder().encode(module));
  expect(found && new TextDecoder().decode(found)).toBe(list);
});
