import { hashPowers } from './byte-hash.ts';
import { indexIn, MergeHeap, rankIn } from './merge-heap.ts';
import { NO_RANK, type Vocabulary } from './vocabulary.ts';

/** The longest run of bytes that is merged as one; a longer one is cut, at a character. */
export const LONGEST_BLOCK = 4096;

/** Up to here, looking through all pairs for the next to merge is faster than keeping a heap. */
const LONGEST_SCAN = 32;

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
  /** Where the parts start; for a heap, where the part after the one that starts at an index does. */
  readonly #starts = new Int32Array(LONGEST_BLOCK + 1);
  readonly #previous = new Int32Array(LONGEST_BLOCK + 1);
  /** The rank of a part merged with the next one. */
  readonly #ranks = new Int32Array(LONGEST_BLOCK + 1);
  /** How many steps have been taken: the measure of the work. Set to 0 by whoever measures. */
  steps = 0;

  constructor(vocabulary: Vocabulary) {
    this.#vocabulary = vocabulary;
  }

  /**
   * The number of tokens of `bytes[0 .. length]`, for a length from 1 to `LONGEST_BLOCK`.
   * `hashes[i]` is the hash of the first `i` bytes.
   */
  count(bytes: Uint8Array, hashes: Int32Array, length: number): number {
    for (let index = 0; index < length - 1; index += 1) {
      this.#ranks[index] = this.#vocabulary.rankOfPair(bytes[index]!, bytes[index + 1]!);
    }
    this.#ranks[length - 1] = NO_RANK;
    return length <= LONGEST_SCAN
      ? this.#scan(bytes, hashes, length)
      : this.#sift(bytes, hashes, length);
  }

  /** The parts lie side by side: `starts[i]` to `starts[i + 1]`. */
  #scan(bytes: Uint8Array, hashes: Int32Array, length: number): number {
    const starts = this.#starts;
    const ranks = this.#ranks;
    for (let index = 0; index <= length; index += 1) starts[index] = index;
    let parts = length;
    for (;;) {
      let best = NO_RANK;
      let at = 0;
      for (let index = 0; index < parts - 1; index += 1) {
        const rank = ranks[index]!;
        if (rank < best) {
          best = rank;
          at = index;
        }
      }
      this.steps += 4 + (parts >> 2);
      if (best === NO_RANK) return parts;
      parts -= 1;
      for (let index = at + 1; index < parts; index += 1) {
        starts[index] = starts[index + 1]!;
        ranks[index] = ranks[index + 1]!;
      }
      starts[parts] = length;
      if (at > 0) ranks[at - 1] = this.#rank(bytes, hashes, starts[at - 1]!, starts[at + 1]!);
      ranks[at] =
        at + 1 < parts ? this.#rank(bytes, hashes, starts[at]!, starts[at + 2]!) : NO_RANK;
    }
  }

  /** The parts are linked: the one that starts at `index` ends where the next one starts. */
  #sift(bytes: Uint8Array, hashes: Int32Array, length: number): number {
    const next = this.#starts;
    const previous = this.#previous;
    const ranks = this.#ranks;
    this.#heap.clear();
    for (let index = 0; index < length; index += 1) {
      next[index] = index + 1;
      previous[index] = index - 1;
      this.#offer(index);
    }
    next[length] = length;
    this.steps += 4 * length;
    let parts = length;
    while (this.#heap.size > 0) {
      this.steps += 4;
      const key = this.#heap.take();
      const index = indexIn(key);
      // A pair that was merged or changed since it was put on the heap is stale.
      if (ranks[index] !== rankIn(key)) continue;
      parts -= 1;
      const gone = next[index]!;
      const end = next[gone]!;
      next[index] = end;
      previous[end] = index;
      ranks[gone] = NO_RANK;
      ranks[index] = end < length ? this.#rank(bytes, hashes, index, next[end]!) : NO_RANK;
      this.#offer(index);
      const before = previous[index]!;
      if (before < 0) continue;
      ranks[before] = this.#rank(bytes, hashes, before, end);
      this.#offer(before);
    }
    return parts;
  }

  #offer(index: number): void {
    const rank = this.#ranks[index]!;
    if (rank !== NO_RANK) this.#heap.put(rank, index);
  }

  #rank(bytes: Uint8Array, hashes: Int32Array, start: number, end: number): number {
    const hash = (hashes[end]! - Math.imul(hashes[start]!, this.#powers[end - start]!)) | 0;
    return this.#vocabulary.rankOf(bytes, start, end, hash);
  }
}
