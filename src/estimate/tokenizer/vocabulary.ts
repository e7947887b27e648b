import { extendHash, spreadHash } from './byte-hash.ts';

/** The rank of bytes that are no token; greater than that of any token. */
export const NO_RANK = 0x3fffff;

/** The parts of a token vocabulary, all in typed arrays: 200,000 tokens take 8 MB. */
export interface VocabularyTables {
  /** The bytes of all tokens, one after the other, by rank. */
  readonly bytes: Uint8Array;
  /** Token `rank` is `bytes[offsets[rank] .. offsets[rank + 1]]`. */
  readonly offsets: Uint32Array;
  /** An open-addressing table, a power of two of (hash, rank + 1) pairs; a 0 rank is a free slot. */
  readonly slots: Int32Array;
  /** The length of the longest token in bytes. */
  readonly longest: number;
}

/** Finds the rank of a token by its bytes. The lower the rank, the earlier its pair is merged. */
export class Vocabulary {
  readonly #tables: VocabularyTables;
  readonly #mask: number;

  constructor(tables: VocabularyTables) {
    this.#tables = tables;
    this.#mask = tables.slots.length / 2 - 1;
  }

  get size(): number {
    return this.#tables.offsets.length - 1;
  }

  /** The rank of `bytes[start .. end]`, whose hash is given, or `NO_RANK`. */
  rankOf(bytes: Uint8Array, start: number, end: number, hash: number): number {
    if (end - start > this.#tables.longest) return NO_RANK;
    const slots = this.#tables.slots;
    let slot = spreadHash(hash) & this.#mask;
    for (;;) {
      const rank = slots[2 * slot + 1]! - 1;
      if (rank < 0) return NO_RANK;
      if (slots[2 * slot] === hash && this.#isToken(rank, bytes, start, end)) return rank;
      slot = (slot + 1) & this.#mask;
    }
  }

  #isToken(rank: number, bytes: Uint8Array, start: number, end: number): boolean {
    const { bytes: pool, offsets } = this.#tables;
    const offset = offsets[rank]!;
    if (offsets[rank + 1]! - offset !== end - start) return false;
    for (let index = start; index < end; index += 1) {
      if (pool[offset + index - start] !== bytes[index]) return false;
    }
    return true;
  }
}

/** Puts a token into the first free slot after its hash's own. */
export function insertToken(tables: VocabularyTables, rank: number): void {
  const { bytes, offsets, slots } = tables;
  let hash = 0;
  const end = offsets[rank + 1]!;
  for (let index = offsets[rank]!; index < end; index += 1) hash = extendHash(hash, bytes[index]!);
  const mask = slots.length / 2 - 1;
  let slot = spreadHash(hash) & mask;
  while (slots[2 * slot + 1] !== 0) slot = (slot + 1) & mask;
  slots[2 * slot] = hash;
  slots[2 * slot + 1] = rank + 1;
}
