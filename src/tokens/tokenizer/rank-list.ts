import { moduleChunks } from './module-file.ts';

/** How OpenAI's models turn text into tokens. */
export type Encoding = 'o200k_base' | 'cl100k_base';

/** A list a chunk at a time, as ASCII. What a chunk holds is gone when the next one is asked for. */
export type Chunks = AsyncIterable<Uint8Array>;

/** The data files of js-tiktoken, 2.3 MB and 1.1 MB, with what finds them without loading them. */
const MODULES = {
  o200k_base: {
    load: () => import('js-tiktoken/ranks/o200k_base'),
    resolve: () => import.meta.resolve('js-tiktoken/ranks/o200k_base'),
  },
  cl100k_base: {
    load: () => import('js-tiktoken/ranks/cl100k_base'),
    resolve: () => import.meta.resolve('js-tiktoken/ranks/cl100k_base'),
  },
};

/**
 * Where the list of an encoding's tokens, in the order of their ranks, can be had from. The second
 * source is for where the first one fails, at once or half-way: without a file system.
 *
 * Importing the list as a module blocks the event loop for 20 ms (Node 24, 2026-11), and the module
 * stays in memory for good; there is no way to import it in parts. Where there is a file system, the
 * same file is read a chunk at a time, so that there is never more of it in memory than that.
 *
 * @param turn - resolves when the event loop has had its turn
 */
export function rankSources(encoding: Encoding, turn: () => Promise<void>): readonly Chunks[] {
  const { load, resolve } = MODULES[encoding];
  return [listIn(moduleChunks(resolve, turn)), chunksOf(load)];
}

/** So many characters of a list that is in memory are handed on at a time. */
const CHUNK_LENGTH = 65_536;

async function* chunksOf(
  load: () => Promise<{ readonly default: { readonly bpe_ranks: string } }>,
): AsyncGenerator<Uint8Array> {
  const { bpe_ranks } = (await load()).default;
  const encoder = new TextEncoder();
  for (let start = 0; start < bpe_ranks.length; start += CHUNK_LENGTH) {
    yield encoder.encode(bpe_ranks.slice(start, start + CHUNK_LENGTH));
  }
}

const HEAD = '"bpe_ranks":"';
const HEAD_WITHIN = 4096;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * The list in the text of a module that exports it as a string.
 * @throws where the text looks different
 */
export async function* listIn(module: Chunks): AsyncGenerator<Uint8Array> {
  let start: number | undefined;
  for await (const chunk of module) {
    start = start === undefined ? endOfHead(chunk) : 0;
    const end = chunk.indexOf(QUOTE, start);
    const list = chunk.subarray(start, end < 0 ? chunk.length : end);
    if (list.includes(BACKSLASH)) throw new Error('the list has an escaped character');
    yield list;
    if (end >= 0) return;
  }
  throw new Error('the list has no end');
}

function endOfHead(chunk: Uint8Array): number {
  const at = new TextDecoder('latin1').decode(chunk.subarray(0, HEAD_WITHIN)).indexOf(HEAD);
  if (at < 0) throw new Error('the module has no list');
  return at + HEAD.length;
}
