import type { Job } from '../job.ts';
import type { Tokens } from './rank-reader.ts';
import { insertToken, NO_RANK, Vocabulary, type VocabularyTables } from './vocabulary.ts';

/** Inserting a token takes so many units of work. */
const INSERT_WORK = 12;

/** Builds a vocabulary from its tokens, a slice at a time. */
export class VocabularyBuilder implements Job {
  readonly #tables: VocabularyTables;
  readonly #count: number;
  #inserted = 0;

  constructor(tokens: Tokens) {
    this.#count = tokens.offsets.length - 1;
    // Half full at most: a miss looks at two slots on average.
    const slots = 2 ** Math.ceil(Math.log2(Math.max(1, this.#count) * 2));
    this.#tables = {
      ...tokens,
      slots: new Int32Array(slots),
      pairs: new Int32Array(2 ** 16).fill(NO_RANK),
    };
  }

  get done(): boolean {
    return this.#inserted === this.#count;
  }

  /** The vocabulary, once the builder is done. */
  get vocabulary(): Vocabulary | undefined {
    return this.done ? new Vocabulary(this.#tables) : undefined;
  }

  step(budget: number): number {
    let work = 0;
    while (work < budget && this.#inserted < this.#count) {
      insertToken(this.#tables, this.#inserted);
      this.#inserted += 1;
      work += INSERT_WORK;
    }
    return work;
  }
}
