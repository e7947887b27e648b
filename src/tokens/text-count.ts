import type { Job } from './job.ts';
import { SAMPLED_BEYOND } from './tokenizer/sampling-counter.ts';
import type { TextCounter, TextCursor } from './tokenizer/text-counter.ts';
import { TextDigest } from './tokenizer/text-digest.ts';
import type { TextMemo } from './tokenizer/text-memo.ts';
import { addTally, emptyTally, type TokensByScript } from './tokenizer/tokens-by-script.ts';

/** How to count the texts of a prompt. Estimates have no memo: they aren't worth remembering. */
export interface Counting {
  readonly counter: TextCounter;
  /** Counts texts longer than `SAMPLED_BEYOND`. */
  readonly sampler?: TextCounter | undefined;
  readonly memo?: TextMemo | undefined;
}

/** Characters that are read in one unit of work for a lookup in the memo. */
const DIGESTED_CHARACTERS = 16;

/** Adds the tokens of one text to a sum, from the memo or by counting. */
export class TextCount implements Job {
  readonly #counter: TextCounter;
  readonly #sum: TokensByScript;
  readonly #cursor: TextCursor;
  readonly #memo: TextMemo | undefined;
  readonly #digest: TextDigest | undefined;
  #isRemembered = false;

  constructor(text: string, { counter, sampler, memo }: Counting, sum: TokensByScript) {
    this.#counter = text.length > SAMPLED_BEYOND ? (sampler ?? counter) : counter;
    this.#sum = sum;
    const keeps = memo?.keeps(text) === true;
    this.#cursor = { text, position: 0, tally: keeps ? emptyTally() : sum };
    this.#memo = keeps ? memo : undefined;
    this.#digest = keeps ? new TextDigest(text) : undefined;
  }

  get done(): boolean {
    return this.#isRemembered || this.#cursor.position === this.#cursor.text.length;
  }

  step(budget: number): number {
    const digest = this.#digest;
    if (digest !== undefined && !digest.done) return this.#lookUp(digest);
    const work = this.#counter.advance(this.#cursor, budget);
    if (digest !== undefined && this.done) {
      addTally(this.#sum, this.#cursor.tally);
      this.#memo?.set(digest, this.#cursor.tally);
    }
    return work;
  }

  #lookUp(digest: TextDigest): number {
    const work = Math.ceil(digest.advance() / DIGESTED_CHARACTERS);
    const remembered = digest.done ? this.#memo?.get(digest) : undefined;
    if (remembered !== undefined) addTally(this.#sum, remembered);
    this.#isRemembered = remembered !== undefined;
    return work;
  }
}
