import type { CooperativeQueue } from './cooperative-queue.ts';
import type { ScaledText } from './part.ts';
import { lengthOf, PromptCount } from './prompt-count.ts';
import type { Encodings } from './tokenizer/encodings.ts';
import type { Encoding } from './tokenizer/rank-list.ts';
import type { TokensByScript } from './tokenizer/tokens-by-script.ts';

/** The most characters (4 MB) that may wait for a vocabulary to load. */
const MOST_CHARACTERS = 2_000_000;

/** Counts the texts of calls that were answered before the vocabulary was loaded. */
export class Recounts {
  readonly #queue: CooperativeQueue;
  readonly #encodings: Encodings;
  #characters = 0;

  constructor(queue: CooperativeQueue, encodings: Encodings) {
    this.#queue = queue;
    this.#encodings = encodings;
  }

  /** Counts texts; `undefined` if too many wait already, or the vocabulary can't be loaded. */
  async tally(
    texts: readonly (string | ScaledText)[],
    encoding: Encoding,
  ): Promise<TokensByScript | undefined> {
    const characters = texts.reduce((sum, text) => sum + lengthOf(text), 0);
    if (this.#characters + characters > MOST_CHARACTERS) return undefined;
    this.#characters += characters;
    try {
      await this.#encodings.load(encoding);
      return await this.#count(texts, encoding);
    } finally {
      this.#characters -= characters;
    }
  }

  async #count(
    texts: readonly (string | ScaledText)[],
    encoding: Encoding,
  ): Promise<TokensByScript | undefined> {
    const counting = this.#encodings.get(encoding);
    if (counting === undefined) return undefined;
    const count = new PromptCount(texts, () => counting);
    await this.#queue.runInBackground(count);
    return count.tally;
  }
}
