import type { Job } from '../job.ts';
import type { TextCounter } from './text-counter.ts';
import { emptyTally } from './tokens-by-script.ts';

/** Counted once to begin with: each has the runtime compile some of the classes of characters. */
const FIRST_TEXTS = [' ', '\u0301', '1', 'a', 'A', '中'];

/** Runs without a space, each a little longer than the one before it. */
const RUNS = 48;
const FIRST_LENGTH = 40;
const LONGER_BY = 12;

/** Letters, and Chinese characters, of no pattern; the factors are primes. */
const ALPHABETS = [
  { from: 0x61, size: 26 },
  { from: 0x4e00, size: 6007 },
] as const;

/**
 * Counts short texts of many kinds until the runtime has compiled what counts them: what a block of
 * 4,096 bytes takes at a stretch, 1 ms, would take ten times that the first time.
 */
export class WarmUp implements Job {
  readonly #counter: TextCounter;
  readonly #texts: Iterator<string> = textsToCount();
  #done = false;

  constructor(counter: TextCounter) {
    this.#counter = counter;
  }

  get done(): boolean {
    return this.#done;
  }

  /** Counts one text: how long that takes isn't known before. */
  step(budget: number): number {
    const { value, done } = this.#texts.next();
    this.#done = done === true;
    if (this.#done) return 0;
    const cursor = { text: value, position: 0, tally: emptyTally() };
    while (cursor.position < cursor.text.length) {
      this.#counter.advance(cursor, Number.POSITIVE_INFINITY);
    }
    return budget;
  }
}

function* textsToCount(): Generator<string> {
  yield* FIRST_TEXTS;
  for (let run = 0; run < RUNS; run += 1) {
    const { from, size } = ALPHABETS[run % 2 === 0 ? 0 : 1];
    const length = FIRST_LENGTH + LONGER_BY * run;
    const units = Array.from(
      { length },
      (_, at) => from + ((at * at * 31 + at * 7919 + run) % size),
    );
    yield String.fromCharCode(...units);
  }
}
