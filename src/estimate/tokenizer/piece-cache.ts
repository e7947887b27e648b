import type { Script } from './tally.ts';

/** A power of two. The cache takes 256 kB, and never more. */
const SLOTS = 8192;
/** The longest piece that is remembered, in UTF-16 code units: two in each of six words. */
export const LONGEST_CACHED = 12;
/** A slot has the six words of its piece, then its length, then what it came to. */
const SLOT_WORDS = 8;
const LENGTH_AT = 6;
const COUNTED_AT = 7;

/** Leaves the units of word `w` that belong to a piece of length `n`: `MASKS[8 * n + w]`. */
const MASKS = Int32Array.from({ length: 8 * (LONGEST_CACHED + 1) }, (_, index) => {
  const units = (index >> 3) - 2 * (index & 7);
  if (units <= 0) return 0;
  return units === 1 ? 0xffff : -1;
});

/** The tokens of a piece and its script in one number, which is never 0. */
export type Counted = number;

const SCRIPT_BITS = 3;

export function packed(tokens: number, script: Script): Counted {
  return (tokens << SCRIPT_BITS) | script;
}

export function tokensOf(counted: Counted): number {
  return counted >> SCRIPT_BITS;
}

export function scriptIn(counted: Counted): number {
  return counted & (2 ** SCRIPT_BITS - 1);
}

/**
 * Remembers what short pieces came to: words and numbers come back again and again in one text.
 * Each piece has one slot, and the last to need it keeps it. A piece is compared as a whole, six
 * words at once: with loops over its units, the branches at their ends would take most of the time.
 */
export class PieceCache {
  readonly #slots = new Int32Array(SLOTS * SLOT_WORDS);
  #slot = 0;

  /**
   * What `units[start .. start + length]` came to, or 0 if that isn't known.
   *
   * @param view - of the units, and of as many more as the longest piece may have
   */
  get(view: DataView, start: number, length: number): Counted {
    if (length > LONGEST_CACHED) return 0;
    const at = 2 * start;
    const mask = 8 * length;
    const first = view.getInt32(at, true) & MASKS[mask]!;
    const second = view.getInt32(at + 4, true) & MASKS[mask + 1]!;
    const third = view.getInt32(at + 8, true) & MASKS[mask + 2]!;
    const fourth = view.getInt32(at + 12, true) & MASKS[mask + 3]!;
    const fifth = view.getInt32(at + 16, true) & MASKS[mask + 4]!;
    const sixth = view.getInt32(at + 20, true) & MASKS[mask + 5]!;
    const low = Math.imul(first, 0x01000193) + Math.imul(second, 0x2c1b3c6d);
    const high = Math.imul(third, 0x297a2d39) + Math.imul(fourth, 0x1b56c4e9);
    const hash = low + high + Math.imul(fifth, 0x3c6ef372) + Math.imul(sixth, 0x5bd1e995);
    const slot = SLOT_WORDS * ((hash ^ (hash >>> 15)) & (SLOTS - 1));
    this.#slot = slot;
    const slots = this.#slots;
    const differs =
      (slots[slot]! ^ first) |
      (slots[slot + 1]! ^ second) |
      (slots[slot + 2]! ^ third) |
      (slots[slot + 3]! ^ fourth) |
      (slots[slot + 4]! ^ fifth) |
      (slots[slot + 5]! ^ sixth) |
      (slots[slot + LENGTH_AT]! ^ length);
    return differs === 0 ? slots[slot + COUNTED_AT]! : 0;
  }

  /** Remembers a piece. It must be the one that `get` was last asked for. */
  set(view: DataView, start: number, length: number, counted: Counted): void {
    if (length > LONGEST_CACHED) return;
    const slot = this.#slot;
    for (let word = 0; word < LENGTH_AT; word += 1) {
      const mask = MASKS[8 * length + word]!;
      this.#slots[slot + word] = view.getInt32(2 * start + 4 * word, true) & mask;
    }
    this.#slots[slot + LENGTH_AT] = length;
    this.#slots[slot + COUNTED_AT] = counted;
  }
}
