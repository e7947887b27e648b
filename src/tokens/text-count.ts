import type { Job } from './job.ts';
import { SAMPLED_BEYOND } from './tokenizer/sampling-counter.ts';
import { addTally, emptyTally, type Tally } from './tokenizer/tally.ts';
import type { TextCounter, TextCursor } from './tokenizer/text-counter.ts';
import { TextDigest } from './tokenizer/text-digest.ts';
import type { TextMemo } from './tokenizer/text-memo.ts';

/** What counts the texts of a prompt. An estimate isn't worth remembering: it has no memo. */
export interface Counting {
  readonly counter: TextCounter;
  /** Counts texts longer than `SAMPLED_BEYOND`. */
  readonly sampler?: TextCounter | undefined;
  readonly memo?: TextMemo | undefined;
}

/** So many characters of a text are read in one unit of work, to look it up in the memo. */
const DIGESTED_CHARACTERS = 16;

/** Adds one text to a sum: what is remembered of it, or else what it is counted as. */
export class TextCount implements Job {
  readonly #counter: TextCounter;
  readonly #sum: Tally;
  readonly #cursor: TextCursor;
  readonly #memo: TextMemo | undefined;
  readonly #digest: TextDigest | undefined;
  #isRemembered = false;

  constructor(text: string, { counter, sampler, memo }: Counting, sum: Tally) {
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
