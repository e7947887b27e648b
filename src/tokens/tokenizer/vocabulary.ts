import { extendHash, spreadHash } from './byte-hash.ts';
import type { Tokens } from './rank-reader.ts';

/** The rank of bytes that are no token; greater than that of any token, of which there are fewer. */
export const NO_RANK = 0x3ffff;

/** A slot holds a rank plus one in its low bits, and some bits of the token's hash above them. */
const RANK_BITS = 18;
const RANK_MASK = 2 ** RANK_BITS - 1;

/** The parts of a token vocabulary, all in typed arrays: 200,000 tokens take 4.6 MB. */
export interface VocabularyTables extends Tokens {
  /** An open-addressing hash table whose size is a power of two; a free slot is 0. */
  readonly slots: Int32Array;
  /** The rank of every pair of bytes, by `first << 8 | second`. */
  readonly pairs: Int32Array;
}

/** Finds the rank of a token by its bytes. The lower the rank, the earlier its pair is merged. */
export class Vocabulary {
  readonly #bytes: Uint8Array;
  readonly #offsets: Uint32Array;
  readonly #slots: Int32Array;
  readonly #pairs: Int32Array;
  readonly #longest: number;

  constructor(tables: VocabularyTables) {
    this.#bytes = tables.bytes;
    this.#offsets = tables.offsets;
    this.#slots = tables.slots;
    this.#pairs = tables.pairs;
    this.#longest = tables.longest;
  }

  /** How many tokens there are. */
  get size(): number {
    return this.#offsets.length - 1;
  }

  /** The rank of two bytes, or `NO_RANK`. */
  rankOfPair(first: number, second: number): number {
    return this.#pairs[(first << 8) | second]!;
  }

  /** The rank of `bytes[start .. end]`, whose hash is given, or `NO_RANK`. */
  rankOf(bytes: Uint8Array, start: number, end: number, hash: number): number {
    if (end - start > this.#longest) return NO_RANK;
    const slots = this.#slots;
    const mask = slots.length - 1;
    const spread = spreadHash(hash);
    let slot = spread & mask;
    for (;;) {
      const found = slots[slot]!;
      if (found === 0) return NO_RANK;
      if (((found ^ spread) & ~RANK_MASK) === 0) {
        const rank = (found & RANK_MASK) - 1;
        if (this.#isToken(rank, bytes, start, end)) return rank;
      }
      slot = (slot + 1) & mask;
    }
  }

  #isToken(rank: number, bytes: Uint8Array, start: number, end: number): boolean {
    const pool = this.#bytes;
    const offset = this.#offsets[rank]!;
    const length = end - start;
    if (this.#offsets[rank + 1]! - offset !== length) return false;
    for (let index = 0; index < length; index += 1) {
      if (pool[offset + index] !== bytes[start + index]) return false;
    }
    return true;
  }
}

/** Enters a token into the tables: in the first free slot from its hash's own. */
export function insertToken(tables: VocabularyTables, rank: number): void {
  const { bytes, offsets, slots, pairs } = tables;
  const start = offsets[rank]!;
  const end = offsets[rank + 1]!;
  if (end - start === 2) pairs[(bytes[start]! << 8) | bytes[start + 1]!] = rank;
  let hash = 0;
  for (let index = start; index < end; index += 1) hash = extendHash(hash, bytes[index]!);
  const spread = spreadHash(hash);
  const mask = slots.length - 1;
  let slot = spread & mask;
  while (slots[slot] !== 0) slot = (slot + 1) & mask;
  slots[slot] = (spread & ~RANK_MASK) | (rank + 1);
}
