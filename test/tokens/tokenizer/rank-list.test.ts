import cl100k from 'js-tiktoken/ranks/cl100k_base';
import o200k from 'js-tiktoken/ranks/o200k_base';
import { afterEach, describe, expect, test, vi } from 'vitest';
import {
  type Chunks,
  type Encoding,
  listIn,
  rankSources,
} from '../../../src/tokens/tokenizer/rank-list.ts';

const LISTS = { o200k_base: o200k.bpe_ranks, cl100k_base: cl100k.bpe_ranks };
const ENCODINGS: readonly Encoding[] = ['o200k_base', 'cl100k_base'];

afterEach(() => vi.unstubAllGlobals());

async function text(chunks: Chunks): Promise<string> {
  const decoder = new TextDecoder();
  let read = '';
  for await (const chunk of chunks) read += decoder.decode(chunk, { stream: true });
  return read;
}

const sources = (encoding: Encoding): readonly Chunks[] =>
  rankSources(encoding, () => Promise.resolve());

describe.each(ENCODINGS)('%s', (encoding) => {
  test('every source has the list of the module', async () => {
    expect(sources(encoding).length).toBe(2);
    for (const source of sources(encoding)) {
      expect((await text(source)) === LISTS[encoding]).toBe(true);
    }
  });

  test('no source holds up the event loop with more than 64 kB at once', async () => {
    for (const source of sources(encoding)) {
      for await (const chunk of source) expect(chunk.length).toBeLessThanOrEqual(65_536);
    }
  });
});

test.each([
  ['no process', 'process', undefined],
  ['no builtin modules', 'process', { getBuiltinModule: () => undefined }],
  ['no such file', 'process', filesWith(() => Promise.reject(new Error()))],
  ['Deno, which would ask for permission', 'Deno', {}],
])('with %s, the file is no source, and the module is', async (_what, name, value) => {
  vi.stubGlobal(name, value);
  const [file, module] = sources('cl100k_base');
  await expect(text(file!)).rejects.toThrow();
  expect((await text(module!)) === cl100k.bpe_ranks).toBe(true);
});

test('a file is closed, however reading it ends', async () => {
  for (const content of ['export default {"bpe_ranks":"! 0 YQ=="}', 'export default {}', '']) {
    const close = vi.fn(() => Promise.resolve());
    vi.stubGlobal(
      'process',
      filesWith(() => Promise.resolve({ ...reading(content), close })),
    );
    await text(sources('cl100k_base')[0]!).catch(() => undefined);
    expect(close).toHaveBeenCalledOnce();
  }
});

test.each([
  ['export default {"a":1,"bpe_ranks":"! 0 YQ=="}', '! 0 YQ=='],
  ['export default {"bpe_ranks":"! 0 YQ==\\n! 1 Yg=="}', undefined],
  ['export default {"bpe_ranks":"! 0 YQ==', undefined],
  ["export default {bpe_ranks:'! 0 YQ=='}", undefined],
  ['', undefined],
])('of %j the list is %j, in one chunk or many', async (module, list) => {
  for (const size of [36, 40, 1000]) {
    const read = text(listIn(inChunks(module, size)));
    if (list === undefined) await expect(read).rejects.toThrow();
    else expect(await read).toBe(list);
  }
});

async function* inChunks(module: string, size: number): Chunks {
  const bytes = new TextEncoder().encode(module);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

function filesWith(open: () => Promise<unknown>): object {
  return { getBuiltinModule: () => ({ open }) };
}

/** A file that is read once. */
function reading(content: string): object {
  let left = content;
  const read = (into: Uint8Array): Promise<{ bytesRead: number }> => {
    const { written } = new TextEncoder().encodeInto(left, into);
    left = '';
    return Promise.resolve({ bytesRead: written });
  };
  return { read };
}
