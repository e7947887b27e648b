import type { CooperativeQueue } from './cooperative-queue.ts';
import { PromptCount } from './prompt-count.ts';
import type { Encodings } from './tokenizer/encodings.ts';
import type { Encoding } from './tokenizer/rank-list.ts';
import type { Tally } from './tokenizer/tally.ts';

/** What may wait to be counted, in characters: 4 MB, for as long as a vocabulary takes to load. */
const MOST_CHARACTERS = 2_000_000;

/** Counts again, by a vocabulary, the texts of calls that were answered before it was there. */
export class Recounts {
  readonly #queue: CooperativeQueue;
  readonly #encodings: Encodings;
  #characters = 0;

  constructor(queue: CooperativeQueue, encodings: Encodings) {
    this.#queue = queue;
    this.#encodings = encodings;
  }

  /** What texts come to; `undefined` if too many wait already, or there will be no vocabulary. */
  async tally(texts: readonly string[], encoding: Encoding): Promise<Tally | undefined> {
    const characters = texts.reduce((sum, { length }) => sum + length, 0);
    if (this.#characters + characters > MOST_CHARACTERS) return undefined;
    this.#characters += characters;
    try {
      await this.#encodings.load(encoding);
      return await this.#count(texts, encoding);
    } finally {
      this.#characters -= characters;
    }
  }

  async #count(texts: readonly string[], encoding: Encoding): Promise<Tally | undefined> {
    const counting = this.#encodings.get(encoding);
    if (counting === undefined) return undefined;
    const count = new PromptCount(texts, () => counting);
    await this.#queue.runBehind(count);
    return count.tally;
  }
}
