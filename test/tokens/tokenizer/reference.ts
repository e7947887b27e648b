import { get_encoding } from 'tiktoken';
import type { Pair } from './oracle.ts';

/** The encodings as their author has them: the same Rust as in Python's tiktoken, as WASM. */
export function reference(name: Pair['name']): (text: string) => number {
  const encoding = get_encoding(name);
  return (text) => encoding.encode_ordinary(text).length;
}
