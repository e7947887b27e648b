import type { Job } from './job.ts';
import type { Part, Parts, ScaledText } from './part.ts';
import { type Counting, TextCount } from './text-count.ts';
import { addTally, emptyTally, type TokensByScript } from './tokenizer/tokens-by-script.ts';

/** Getting the next part of a body, in units of work. */
const PART_WORK = 40;

/** More parts than fit into any context window: a list that has no end is cut there. */
const MAX_PARTS = 500_000;

/** Longer prompts aren't kept to be counted again, in characters. */
const MOST_KEPT = 200_000;

/** Adds up the parts of one prompt. */
export class PromptCount implements Job {
  readonly #parts: Iterator<Part>;
  readonly #countingFor: () => Counting;
  readonly #tally = emptyTally();
  #counting: Counting | undefined;
  /** The text that is being counted; where its tokens are scaled, they are counted apart. */
  #text: TextCount | undefined;
  #apart: TokensByScript | undefined;
  #times = 1;
  /** The texts that were estimated, and their length together. */
  #estimated: (string | ScaledText)[] = [];
  #estimatedLength = 0;
  #known = 0;
  #open = 0;
  #openParts = 0;
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
  get tally(): TokensByScript {
    return this.#tally;
  }

  /** The tokens so far that are not of text. */
  get knownTokens(): number {
    return this.#known;
  }

  /** Those of them that only the server knows: guesses. */
  get openTokens(): number {
    return this.#open;
  }

  /** How many parts only the server knows. */
  get openParts(): number {
    return this.#openParts;
  }

  /** Whether there was nothing but text. */
  get isText(): boolean {
    return !this.#isRough && this.#counting !== undefined;
  }

  /** Whether there was any text, and it was estimated: there was no vocabulary to count it by. */
  get isEstimated(): boolean {
    return this.#counting !== undefined && this.#counting.memo === undefined;
  }

  /** The texts that were estimated, to be counted later; none if they are too long to be kept. */
  get estimatedTexts(): readonly (string | ScaledText)[] {
    return this.#estimated;
  }

  step(budget: number): number {
    let work = 0;
    while (work < budget && !this.#done) {
      work += this.#text === undefined ? this.#take() : this.#advance(this.#text, budget - work);
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
    this.#add(next.value);
    return PART_WORK;
  }

  #add(part: Part): void {
    if (typeof part === 'number') this.#known += part;
    else if (typeof part === 'string') this.#begin(part, 1);
    else if ('text' in part) this.#begin(part.text, part.times);
    else {
      this.#isRough = true;
      this.#known += part.roughTokens;
      if (part.isOpen !== true) return;
      this.#openParts += 1;
      this.#open += part.roughTokens;
    }
  }

  #begin(text: string, times: number): void {
    if (text === '') return;
    this.#counting ??= this.#countingFor();
    this.#times = times;
    this.#apart = times === 1 ? undefined : emptyTally();
    this.#text = new TextCount(text, this.#counting, this.#apart ?? this.#tally);
    if (this.isEstimated) this.#keep(times === 1 ? text : { text, times });
  }

  #keep(text: string | ScaledText): void {
    this.#estimatedLength += charactersOf(text);
    if (this.#estimatedLength <= MOST_KEPT) this.#estimated.push(text);
    else this.#estimated = [];
  }

  #advance(text: TextCount, budget: number): number {
    const work = text.step(budget);
    if (!text.done) return work;
    this.#text = undefined;
    if (this.#apart !== undefined) addTally(this.#tally, this.#apart, this.#times);
    return work;
  }
}

/** The characters of a text. */
export function charactersOf(part: string | ScaledText): number {
  return typeof part === 'string' ? part.length : part.text.length;
}
