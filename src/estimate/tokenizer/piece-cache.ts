import { extendHash, spreadHash } from './byte-hash.ts';
import type { Script } from './tally.ts';

/** A power of two. The pieces take 256 kB, and never more. */
const SLOTS = 8192;
/** In UTF-16 code units. */
const LONGEST = 16;

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
 * Each piece has one slot, and the last to need it keeps it.
 */
export class PieceCache {
  readonly #units = new Uint16Array(SLOTS * LONGEST);
  readonly #lengths = new Uint8Array(SLOTS);
  readonly #counted = new Uint16Array(SLOTS);
  #slot = 0;

  /** What `units[start .. end]` came to, or 0 if that isn't known. */
  get(units: Uint16Array, start: number, end: number): Counted {
    const length = end - start;
    if (length > LONGEST) return 0;
    let hash = length;
    for (let index = start; index < end; index += 1) hash = extendHash(hash, units[index]!);
    const slot = spreadHash(hash) & (SLOTS - 1);
    this.#slot = slot;
    if (this.#lengths[slot] !== length) return 0;
    const offset = slot * LONGEST - start;
    for (let index = start; index < end; index += 1) {
      if (this.#units[offset + index] !== units[index]) return 0;
    }
    return this.#counted[slot]!;
  }

  /** Remembers a piece. It must be the one that `get` was last asked for. */
  set(units: Uint16Array, start: number, end: number, counted: Counted): void {
    const length = end - start;
    if (length > LONGEST) return;
    const slot = this.#slot;
    const offset = slot * LONGEST - start;
    for (let index = start; index < end; index += 1) this.#units[offset + index] = units[index]!;
    this.#lengths[slot] = length;
    this.#counted[slot] = counted;
  }
}
