import { extendHash, spreadHash } from './byte-hash.ts';
import type { PackedCount } from './counted.ts';

/** A power of two. The pieces take 256 kB, and never more. */
const SLOTS = 4096;
/** In UTF-16 code units. */
const LONGEST = 32;

/**
 * Remembers what pieces of up to 32 UTF-16 code units came to. Each has one slot, and the last to
 * need it keeps it.
 */
export class PieceCache {
  readonly #units = new Uint16Array(SLOTS * LONGEST);
  readonly #lengths = new Uint8Array(SLOTS);
  readonly #counted = new Uint16Array(SLOTS);
  #slot = 0;

  /** What `units[start .. start + length]` came to, or 0 if that isn't known. */
  get(units: Uint16Array, start: number, length: number): PackedCount {
    if (length > LONGEST) return 0;
    let hash = length;
    for (let index = 0; index < length; index += 1) hash = extendHash(hash, units[start + index]!);
    const slot = spreadHash(hash) & (SLOTS - 1);
    this.#slot = slot;
    if (this.#lengths[slot] !== length) return 0;
    for (let index = 0; index < length; index += 1) {
      if (this.#units[slot * LONGEST + index] !== units[start + index]) return 0;
    }
    return this.#counted[slot]!;
  }

  /** Remembers a piece. It must be the one that `get` was last asked for. */
  set(units: Uint16Array, start: number, length: number, counted: PackedCount): void {
    if (length > LONGEST) return;
    const slot = this.#slot;
    this.#units.set(units.subarray(start, start + length), slot * LONGEST);
    this.#lengths[slot] = length;
    this.#counted[slot] = counted;
  }
}
