import { spreadHash } from './byte-hash.ts';
import type { Utf8Block } from './utf8-block.ts';

/** A power of two. With 32 bytes each, the cache takes 320 kB, and never more. */
const SLOTS = 8192;
const LONGEST_PIECE = 32;

/**
 * Remembers how many tokens a piece has that is no token itself. Names and numbers come back again
 * and again in one text. Each piece has one slot, and the last to need it keeps it.
 */
export class PieceCache {
  readonly #bytes = new Uint8Array(SLOTS * LONGEST_PIECE);
  readonly #lengths = new Uint8Array(SLOTS);
  readonly #counts = new Uint8Array(SLOTS);

  /** The number of tokens, or 0 if it isn't known. */
  get(piece: Utf8Block): number {
    const { bytes, length } = piece;
    if (length > LONGEST_PIECE) return 0;
    const slot = slotOf(piece);
    if (this.#lengths[slot] !== length) return 0;
    const offset = slot * LONGEST_PIECE;
    for (let index = 0; index < length; index += 1) {
      if (this.#bytes[offset + index] !== bytes[index]) return 0;
    }
    return this.#counts[slot]!;
  }

  set(piece: Utf8Block, count: number): void {
    const { bytes, length } = piece;
    if (length > LONGEST_PIECE) return;
    const slot = slotOf(piece);
    const offset = slot * LONGEST_PIECE;
    this.#lengths[slot] = length;
    this.#counts[slot] = count;
    for (let index = 0; index < length; index += 1) this.#bytes[offset + index] = bytes[index]!;
  }
}

function slotOf(piece: Utf8Block): number {
  return spreadHash(piece.hashes[piece.length]!) & (SLOTS - 1);
}
