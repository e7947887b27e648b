import { SAMPLED_BEYOND } from './sampling-counter.ts';
import type { TextDigest } from './text-digest.ts';
import { SCRIPT_COUNT, type TokensByScript } from './tokens-by-script.ts';

/** A shorter text is counted again in the time that it takes to look it up. */
const SHORTEST = 128;

/** A text has its place in one set of so many; the one that was used last comes first there. */
const SET_SLOTS = 8;
/** A slot has the digest of its text, whose length is 0 if there is none, and its tally. */
const DIGEST_WORDS = 3;
const SLOT_WORDS = DIGEST_WORDS + SCRIPT_COUNT;
const SET_WORDS = SET_SLOTS * SLOT_WORDS;

/**
 * Remembers the counts of the texts that were used last. An agent sends its whole conversation with
 * every call: only the messages that are new have to be counted. Of the texts themselves nothing is
 * kept, and all that ever is takes 44 bytes for each text that there is room for.
 */
export class TextMemo {
  readonly #sets: number;
  readonly #words: Int32Array;

  /** @param texts - how many there is room for: a power of two, and at least 8 */
  constructor(texts: number) {
    this.#sets = texts / SET_SLOTS;
    this.#words = new Int32Array(this.#sets * SET_WORDS);
  }

  /** Whether a text is of a length that is remembered. */
  keeps(text: string): boolean {
    return text.length >= SHORTEST && text.length <= SAMPLED_BEYOND;
  }

  /** What a text came to, by the digest of all of it. */
  get(digest: TextDigest): TokensByScript | undefined {
    const set = this.#setOf(digest);
    const slot = this.#find(set, digest);
    if (slot === undefined) return undefined;
    const found = this.#words.slice(slot, slot + SLOT_WORDS);
    this.#words.copyWithin(set + SLOT_WORDS, set, slot);
    this.#words.set(found, set);
    return Float64Array.from(found.subarray(DIGEST_WORDS));
  }

  /** @param tally - whole numbers, as an exact count has them */
  set(digest: TextDigest, tally: TokensByScript): void {
    const set = this.#setOf(digest);
    const goes = this.#find(set, digest) ?? set + SET_WORDS - SLOT_WORDS;
    this.#words.copyWithin(set + SLOT_WORDS, set, goes);
    this.#words.set([digest.length, digest.first, digest.second], set);
    this.#words.set(tally, set + DIGEST_WORDS);
  }

  #setOf({ first }: TextDigest): number {
    return (first & (this.#sets - 1)) * SET_WORDS;
  }

  #find(set: number, { length, first, second }: TextDigest): number | undefined {
    const words = this.#words;
    for (let slot = set; slot < set + SET_WORDS; slot += SLOT_WORDS) {
      if (words[slot] !== length || words[slot + 1] !== first) continue;
      if (words[slot + 2] === second) return slot;
    }
    return undefined;
  }
}
