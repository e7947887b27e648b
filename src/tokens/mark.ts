import { emptyTally, type Tally } from './tokenizer/tally.ts';

/** A place in a prompt, and what the prompt had come to there. */
export class Mark {
  readonly #tally = emptyTally();
  #known = 0;

  /** The count has come here. */
  reach(tally: Tally, knownTokens: number): void {
    this.#tally.set(tally);
    this.#known = knownTokens;
  }

  /** Multiplies what has been added to a tally since; returns the known tokens, multiplied alike. */
  multiply(tally: Tally, knownTokens: number, times: number): number {
    for (let script = 0; script < tally.length; script += 1) {
      const before = this.#tally[script] ?? 0;
      tally[script] = before + (tally[script]! - before) * times;
    }
    return this.#known + (knownTokens - this.#known) * times;
  }
}
