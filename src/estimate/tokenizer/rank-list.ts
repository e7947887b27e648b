import { field } from '../untrusted.ts';

/** How OpenAI's models turn text into tokens. */
export type Encoding = 'o200k_base' | 'cl100k_base';

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
 * The list of an encoding's tokens in the order of their ranks, as ASCII.
 *
 * Importing it as a module blocks the event loop for 20 ms (Node 24, 2026-11), and the module stays
 * in memory for good. Where there is a file system, the same file is read instead.
 *
 * @param turn - resolves when the event loop has had its turn
 */
export async function rankList(encoding: Encoding, turn: () => Promise<void>): Promise<Uint8Array> {
  const { load, resolve } = MODULES[encoding];
  const read = await readModule(resolve, turn).catch(() => undefined);
  await turn();
  const list = read && rankListIn(read);
  return list ?? new TextEncoder().encode((await load()).default.bpe_ranks);
}

/** The text of a module's file; `undefined` where there are no files, or not this one. */
async function readModule(
  resolve: () => string,
  turn: () => Promise<void>,
): Promise<Uint8Array | undefined> {
  // Deno would ask its user for permission. No import: bundlers for browsers can't resolve it.
  if ('Deno' in globalThis) return undefined;
  const process: unknown = Reflect.get(globalThis, 'process');
  const builtin = field(process, 'getBuiltinModule');
  if (typeof builtin !== 'function') return undefined;
  const readFile = field(builtin.call(process, 'fs/promises'), 'readFile');
  if (typeof readFile !== 'function') return undefined;
  await turn();
  const url = new URL(resolve());
  await turn();
  const read: unknown = await readFile(url);
  return read instanceof Uint8Array ? read : undefined;
}

const HEAD = '"bpe_ranks":"';
const HEAD_WITHIN = 4096;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** The list in the text of a module that exports it as a string; `undefined` if it looks different. */
export function rankListIn(module: Uint8Array): Uint8Array | undefined {
  const head = new TextDecoder('latin1').decode(module.subarray(0, HEAD_WITHIN)).indexOf(HEAD);
  if (head < 0) return undefined;
  const start = head + HEAD.length;
  const end = module.indexOf(QUOTE, start);
  const list = module.subarray(start, end);
  return end < 0 || list.includes(BACKSLASH) ? undefined : list;
}
