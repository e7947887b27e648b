import type { TokensByScript } from './tokens-by-script.ts';

/** How far into a text a count has come. */
export interface TextCursor {
  readonly text: string;
  position: number;
  readonly tally: TokensByScript;
}

/** Counts the tokens of a text, a stretch at a time. */
export interface TextCounter {
  /**
   * Counts on from the cursor for about `budget` units of work, or to the end of the text, and
   * returns the work done: more than 0 unless the text is at its end.
   */
  advance(cursor: TextCursor, budget: number): number;
}
