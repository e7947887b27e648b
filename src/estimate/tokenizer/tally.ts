/**
 * What a piece of text is made of, as far as the number of its tokens depends on that. Models with
 * other vocabularies differ by script: a Claude token is a little shorter than OpenAI's in English,
 * and half as long in Russian. The numbers are indices into a `Tally`.
 */
export const SCRIPTS = {
  /** Latin letters. */
  words: 0,
  /** Digits, punctuation, white space, emoji. */
  symbols: 1,
  /** Chinese characters and kana. */
  han: 2,
  hangul: 3,
  /** Any other script. */
  other: 4,
} as const;

export type Script = (typeof SCRIPTS)[keyof typeof SCRIPTS];

/** Tokens by script. */
export type Tally = Float64Array;

/** A factor for the tokens of each script. */
export type Weights = Readonly<Record<keyof typeof SCRIPTS, number>>;

export const UNWEIGHTED: Weights = { words: 1, symbols: 1, han: 1, hangul: 1, other: 1 };

export function emptyTally(): Tally {
  return new Float64Array(5);
}

export function addTally(sum: Tally, more: Tally): void {
  for (let script = 0; script < sum.length; script += 1) sum[script]! += more[script]!;
}

/** All tokens of a tally, those of each script times its weight. */
export function weigh(tally: Tally, weights: Weights): number {
  return (
    tally[SCRIPTS.words]! * weights.words +
    tally[SCRIPTS.symbols]! * weights.symbols +
    tally[SCRIPTS.han]! * weights.han +
    tally[SCRIPTS.hangul]! * weights.hangul +
    tally[SCRIPTS.other]! * weights.other
  );
}
