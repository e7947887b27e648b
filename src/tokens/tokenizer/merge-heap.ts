/** Indices take 12 bits of a key, so that a rank below 2^18 leaves it a positive 31-bit integer. */
const INDEX_BITS = 12;

/** A binary heap of pairs to merge: the lowest rank first, and of equal ranks the leftmost. */
export class MergeHeap {
  readonly #keys: Int32Array;
  size = 0;

  /** `capacity` is the most entries that are ever in it at once. */
  constructor(capacity: number) {
    this.#keys = new Int32Array(capacity);
  }

  clear(): void {
    this.size = 0;
  }

  /** `rank` is below 2^18 and `index` below 2^12. */
  put(rank: number, index: number): void {
    const keys = this.#keys;
    const key = (rank << INDEX_BITS) | index;
    let hole = this.size;
    this.size += 1;
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      if (keys[parent]! <= key) break;
      keys[hole] = keys[parent]!;
      hole = parent;
    }
    keys[hole] = key;
  }

  /** Removes the first entry. There must be one. */
  take(): number {
    const keys = this.#keys;
    const first = keys[0]!;
    this.size -= 1;
    const key = keys[this.size]!;
    let hole = 0;
    for (;;) {
      let child = 2 * hole + 1;
      if (child >= this.size) break;
      if (child + 1 < this.size && keys[child + 1]! < keys[child]!) child += 1;
      if (keys[child]! >= key) break;
      keys[hole] = keys[child]!;
      hole = child;
    }
    keys[hole] = key;
    return first;
  }
}

/** The rank in a key that a heap returned. */
export function rankIn(key: number): number {
  return key >> INDEX_BITS;
}

/** The index in a key that a heap returned. */
export function indexIn(key: number): number {
  return key & (2 ** INDEX_BITS - 1);
}
