import type { Tally } from './tally.ts';

/** A shorter text is counted again in the time that it takes to look it up. */
const SHORTEST = 128;
const LONGEST = 1_000_000;

/**
 * Remembers the counts of the texts that were used last. An agent sends its whole conversation with
 * every call: only the messages that are new have to be counted.
 */
export class TextMemo {
  readonly #maxCharacters: number;
  readonly #tallies = new Map<string, Tally>();
  #characters = 0;

  /** The texts that it keeps have at most `maxCharacters` together. */
  constructor(maxCharacters: number) {
    this.#maxCharacters = maxCharacters;
  }

  /** The characters of all texts that are kept. */
  get characters(): number {
    return this.#characters;
  }

  /** Whether a text is of a length that is kept. */
  keeps(text: string): boolean {
    return text.length >= SHORTEST && text.length <= Math.min(LONGEST, this.#maxCharacters);
  }

  get(text: string): Tally | undefined {
    if (!this.keeps(text)) return undefined;
    const tally = this.#tallies.get(text);
    if (tally === undefined) return undefined;
    this.#tallies.delete(text);
    this.#tallies.set(text, tally);
    return tally;
  }

  set(text: string, tally: Tally): void {
    if (!this.keeps(text)) return;
    if (!this.#tallies.has(text)) this.#characters += text.length;
    this.#tallies.set(text, tally);
    for (const oldest of this.#tallies.keys()) {
      if (this.#characters <= this.#maxCharacters) break;
      this.#tallies.delete(oldest);
      this.#characters -= oldest.length;
    }
  }
}
