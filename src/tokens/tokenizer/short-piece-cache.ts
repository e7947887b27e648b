import type { PackedCount } from './counted.ts';

/** A power of two. The cache takes 512 kB, and never more. */
const SLOTS = 16_384;
/** The longest piece that fits, in UTF-16 code units: two in each of four words. */
export const LONGEST_SHORT = 8;
/** A slot has the four words of its piece, its length, and what it came to; two words are free. */
const SLOT_WORDS = 8;
const PIECE_WORDS = 4;
const LENGTH_AT = 4;
const COUNTED_AT = 5;

/** Leaves the units of word `w` that belong to a piece of length `n`: `MASKS[4 * n + w]`. */
const MASKS = Int32Array.from({ length: PIECE_WORDS * (LONGEST_SHORT + 1) }, (_, index) => {
  const units = Math.floor(index / PIECE_WORDS) - 2 * (index % PIECE_WORDS);
  if (units <= 0) return 0;
  return units === 1 ? 0xffff : -1;
});

/**
 * Remembers what short pieces came to: the same words come back again and again in one text.
 * Each piece has one slot, and the last to need it keeps it. A piece is compared as a whole, four
 * words at once: with loops over its units, the branches at their ends would take most of the time.
 */
export class ShortPieceCache {
  readonly #slots = new Int32Array(SLOTS * SLOT_WORDS);
  #slot = 0;

  /**
   * What `units[start .. start + length]` came to, or 0 if that isn't known; `length` is up to
   * `LONGEST_SHORT`.
   *
   * @param view - of the units, and of `LONGEST_SHORT` more
   */
  get(view: DataView, start: number, length: number): PackedCount {
    const at = 2 * start;
    const mask = PIECE_WORDS * length;
    const first = view.getInt32(at, true) & MASKS[mask]!;
    const second = view.getInt32(at + 4, true) & MASKS[mask + 1]!;
    const third = view.getInt32(at + 8, true) & MASKS[mask + 2]!;
    const fourth = view.getInt32(at + 12, true) & MASKS[mask + 3]!;
    const low = Math.imul(first, 0x01000193) + Math.imul(second, 0x2c1b3c6d);
    const hash = (low + Math.imul(third, 0x297a2d39) + Math.imul(fourth, 0x1b56c4e9)) | 0;
    const slot = SLOT_WORDS * ((hash ^ (hash >>> 15)) & (SLOTS - 1));
    this.#slot = slot;
    const slots = this.#slots;
    const differs =
      (slots[slot]! ^ first) |
      (slots[slot + 1]! ^ second) |
      (slots[slot + 2]! ^ third) |
      (slots[slot + 3]! ^ fourth) |
      (slots[slot + LENGTH_AT]! ^ length);
    return differs === 0 ? slots[slot + COUNTED_AT]! : 0;
  }

  /** Remembers a piece. It must be the one that `get` was last asked for. */
  set(view: DataView, start: number, length: number, counted: PackedCount): void {
    const slot = this.#slot;
    for (let word = 0; word < PIECE_WORDS; word += 1) {
      const mask = MASKS[PIECE_WORDS * length + word]!;
      this.#slots[slot + word] = view.getInt32(2 * start + 4 * word, true) & mask;
    }
    this.#slots[slot + LENGTH_AT] = length;
    this.#slots[slot + COUNTED_AT] = counted;
  }
}
