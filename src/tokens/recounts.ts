import type { CooperativeQueue } from './cooperative-queue.ts';
import type { ScaledText } from './part.ts';
import { charactersOf, PromptCount } from './prompt-count.ts';
import type { Encodings, LoadedEncoding } from './tokenizer/encodings.ts';
import type { Encoding } from './tokenizer/rank-list.ts';
import type { TokensByScript } from './tokenizer/tokens-by-script.ts';

/** The most characters (4 MB) that may wait for a vocabulary to load. */
const MOST_CHARACTERS = 2_000_000;

/** Counts the texts of calls that were answered before the vocabulary was loaded. */
export class Recounts {
  readonly #queue: CooperativeQueue;
  readonly #encodings: Encodings;
  #characters = 0;
  /** Calls that were answered before the vocabulary was loaded, until they have been learned from. */
  readonly #early: Readonly<Record<Encoding, Set<Promise<unknown>>>> = {
    o200k_base: new Set(),
    cl100k_base: new Set(),
  };

  constructor(queue: CooperativeQueue, encodings: Encodings) {
    this.#queue = queue;
    this.#encodings = encodings;
  }

  /**
   * The encoding, once it is loaded and the calls that were answered before are counted: without what
   * they teach, an estimate would be worse than theirs was.
   */
  ready(encoding: Encoding): LoadedEncoding | undefined {
    return this.#early[encoding].size === 0 ? this.#encodings.get(encoding) : undefined;
  }

  /** Resolves when the encoding is ready, or can't be. Never rejects. */
  async whenReady(encoding: Encoding): Promise<void> {
    await this.#encodings.load(encoding);
    await Promise.all(this.#early[encoding]);
  }

  /** Counts texts; `undefined` if too many wait already, or the vocabulary can't be loaded. */
  async tally(
    texts: readonly (string | ScaledText)[],
    encoding: Encoding,
  ): Promise<TokensByScript | undefined> {
    const characters = texts.reduce((sum, text) => sum + charactersOf(text), 0);
    if (this.#characters + characters > MOST_CHARACTERS) return undefined;
    this.#characters += characters;
    const counted = this.#counted(texts, encoding).finally(() => {
      this.#characters -= characters;
    });
    if (this.#encodings.get(encoding) === undefined) this.#noteEarly(counted, encoding);
    return counted;
  }

  #noteEarly(counted: Promise<unknown>, encoding: Encoding): void {
    const early = this.#early[encoding];
    // In a later turn: whoever asked learns first.
    const learned: Promise<unknown> = counted
      .catch(() => undefined)
      .then(() => this.#queue.turn())
      .then(() => early.delete(learned));
    early.add(learned);
  }

  async #counted(
    texts: readonly (string | ScaledText)[],
    encoding: Encoding,
  ): Promise<TokensByScript | undefined> {
    await this.#encodings.load(encoding);
    const counting = this.#encodings.get(encoding);
    if (counting === undefined) return undefined;
    const count = new PromptCount(texts, () => counting);
    await this.#queue.runInBackground(count);
    return count.tally;
  }
}
