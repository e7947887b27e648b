import { hashPowers } from './byte-hash.ts';
import { indexIn, MergeHeap, rankIn } from './merge-heap.ts';
import { NO_RANK, type Vocabulary } from './vocabulary.ts';

/** The longest run of bytes that is merged as one; a longer one is cut, at a character. */
export const LONGEST_BLOCK = 4096;

/** Up to here, looking through all pairs for the next to merge is faster than keeping a heap. */
const LONGEST_SCAN = 64;

/**
 * Counts the tokens of one piece of text: starting from single bytes, the adjacent pair that makes
 * the token of the lowest rank is merged, the leftmost first, until no pair makes a token.
 *
 * @see Sennrich, Haddow, Birch: Neural Machine Translation of Rare Words with Subword Units (2016)
 */
export class Merger {
  readonly #vocabulary: Vocabulary;
  readonly #powers = hashPowers(LONGEST_BLOCK);
  readonly #heap = new MergeHeap(3 * LONGEST_BLOCK);
  /** Where the part that starts at an index ends: the start of the next part. */
  readonly #next = new Int32Array(LONGEST_BLOCK + 1);
  readonly #previous = new Int32Array(LONGEST_BLOCK + 1);
  /** The rank of the part that starts at an index, merged with the next one. */
  readonly #ranks = new Int32Array(LONGEST_BLOCK + 1);
  /** How many steps have been taken so far: the measure of the work. */
  steps = 0;

  constructor(vocabulary: Vocabulary) {
    this.#vocabulary = vocabulary;
  }

  /**
   * The number of tokens of `bytes[0 .. length]`, for a length from 1 to `LONGEST_BLOCK`.
   * `hashes[i]` is the hash of the first `i` bytes.
   */
  count(bytes: Uint8Array, hashes: Int32Array, length: number): number {
    for (let index = 0; index < length; index += 1) {
      this.#next[index] = index + 1;
      this.#previous[index] = index - 1;
    }
    for (let index = 0; index < length; index += 1) this.#rank(bytes, hashes, index, length);
    this.steps += length;
    return length <= LONGEST_SCAN
      ? this.#scan(bytes, hashes, length)
      : this.#sift(bytes, hashes, length);
  }

  #scan(bytes: Uint8Array, hashes: Int32Array, length: number): number {
    let parts = length;
    for (;;) {
      let best = NO_RANK;
      let at = 0;
      for (let index = 0; index < length; index = this.#next[index]!) {
        if (this.#ranks[index]! < best) {
          best = this.#ranks[index]!;
          at = index;
        }
      }
      this.steps += parts;
      if (best === NO_RANK) return parts;
      this.#merge(bytes, hashes, at, length);
      parts -= 1;
    }
  }

  #sift(bytes: Uint8Array, hashes: Int32Array, length: number): number {
    this.#heap.clear();
    for (let index = 0; index < length; index += 1) this.#offer(index);
    let parts = length;
    while (this.#heap.size > 0) {
      this.steps += 1;
      const key = this.#heap.take();
      const index = indexIn(key);
      // A pair that was merged or changed since it was put on the heap is stale.
      if (this.#ranks[index] !== rankIn(key)) continue;
      this.#merge(bytes, hashes, index, length);
      parts -= 1;
      this.#offer(index);
      if (this.#previous[index]! >= 0) this.#offer(this.#previous[index]!);
    }
    return parts;
  }

  #offer(index: number): void {
    const rank = this.#ranks[index]!;
    if (rank !== NO_RANK) this.#heap.put(rank, index);
  }

  /** Merges the part at `index` with the one after it, and ranks the two pairs that it is in now. */
  #merge(bytes: Uint8Array, hashes: Int32Array, index: number, length: number): void {
    const gone = this.#next[index]!;
    const next = this.#next[gone]!;
    this.#next[index] = next;
    if (next < length) this.#previous[next] = index;
    this.#ranks[gone] = NO_RANK;
    this.#rank(bytes, hashes, index, length);
    const previous = this.#previous[index]!;
    if (previous >= 0) this.#rank(bytes, hashes, previous, length);
  }

  #rank(bytes: Uint8Array, hashes: Int32Array, index: number, length: number): void {
    const middle = this.#next[index]!;
    if (middle >= length) {
      this.#ranks[index] = NO_RANK;
      return;
    }
    const end = this.#next[middle]!;
    const hash = (hashes[end]! - Math.imul(hashes[index]!, this.#powers[end - index]!)) | 0;
    this.#ranks[index] = this.#vocabulary.rankOf(bytes, index, end, hash);
  }
}
