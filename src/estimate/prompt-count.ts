import type { Job } from './job.ts';
import { Mark } from './mark.ts';
import type { Extrapolation, Part, Parts, Rough } from './part.ts';
import { SAMPLED_BEYOND } from './tokenizer/sampling-counter.ts';
import { addTally, emptyTally, type Tally } from './tokenizer/tally.ts';
import type { TextCounter, TextCursor } from './tokenizer/text-counter.ts';
import type { TextMemo } from './tokenizer/text-memo.ts';

/** What counts the texts of a prompt. An estimate isn't worth remembering: it has no memo. */
export interface Counting {
  readonly counter: TextCounter;
  /** Counts texts longer than `SAMPLED_BEYOND`. */
  readonly sampler?: TextCounter | undefined;
  readonly memo?: TextMemo | undefined;
}

/** Getting the next part of a body, and looking a text up in the memo, in units of work. */
const PART_WORK = 40;
const LOOKUP_CHARACTERS = 32;

/** More parts than fit into any context window: a list that has no end is cut there. */
const MAX_PARTS = 500_000;

/** Adds up the parts of one prompt. */
export class PromptCount implements Job {
  readonly #parts: Iterator<Part>;
  readonly #countingFor: () => Counting;
  readonly #tally = emptyTally();
  #counting: Counting | undefined;
  #cursor: TextCursor | undefined;
  #known = 0;
  #taken = 0;
  #isRough = false;
  #done = false;

  /** @param countingFor - asked once, and only if the prompt has any text */
  constructor(parts: Parts, countingFor: () => Counting) {
    this.#parts = parts[Symbol.iterator]();
    this.#countingFor = countingFor;
  }

  get done(): boolean {
    return this.#done;
  }

  /** The tokens of the text so far, by script. */
  get tally(): Tally {
    return this.#tally;
  }

  /** The tokens so far that are not of text. */
  get knownTokens(): number {
    return this.#known;
  }

  /** Whether there was nothing but text, all of it counted by a vocabulary. */
  get isText(): boolean {
    return !this.#isRough && this.#counting?.memo !== undefined;
  }

  step(budget: number): number {
    let work = 0;
    while (work < budget && !this.#done) {
      work +=
        this.#cursor === undefined ? this.#take() : this.#advance(this.#cursor, budget - work);
    }
    return work;
  }

  #take(): number {
    const next = this.#parts.next();
    this.#taken += 1;
    if (next.done === true || this.#taken > MAX_PARTS) {
      this.#done = true;
      this.#isRough ||= next.done !== true;
      return 1;
    }
    const part = next.value;
    if (typeof part === 'number') this.#known += part;
    else if (typeof part === 'object') this.#add(part);
    else if (part !== '') return PART_WORK + this.#begin(part);
    return PART_WORK;
  }

  #add(part: Rough | Mark | Extrapolation): void {
    if (part instanceof Mark) {
      part.reach(this.#tally, this.#known);
      return;
    }
    this.#isRough = true;
    if ('roughTokens' in part) this.#known += part.roughTokens;
    else this.#known = part.since.multiply(this.#tally, this.#known, part.times);
  }

  /** Starts on a text, or adds what is remembered of it. */
  #begin(text: string): number {
    this.#counting ??= this.#countingFor();
    const { memo } = this.#counting;
    const remembered = memo?.get(text);
    if (remembered !== undefined) {
      addTally(this.#tally, remembered);
      return Math.ceil(text.length / LOOKUP_CHARACTERS);
    }
    const tally = memo?.keeps(text) ? emptyTally() : this.#tally;
    this.#cursor = { text, position: 0, tally };
    return 0;
  }

  #counterOf({ text }: TextCursor): TextCounter | undefined {
    const sampler = text.length > SAMPLED_BEYOND ? this.#counting?.sampler : undefined;
    return sampler ?? this.#counting?.counter;
  }

  #advance(cursor: TextCursor, budget: number): number {
    const work = this.#counterOf(cursor)?.advance(cursor, budget) ?? 0;
    if (cursor.position < cursor.text.length) return work;
    this.#cursor = undefined;
    if (cursor.tally !== this.#tally) {
      addTally(this.#tally, cursor.tally);
      this.#counting?.memo?.set(cursor.text, cursor.tally);
    }
    return work;
  }
}
