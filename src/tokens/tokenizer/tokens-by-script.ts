/**
 * What a piece of text is made of, as far as the number of its tokens depends on that. Models with
 * other vocabularies differ by script: a Claude token is a little shorter than OpenAI's in English,
 * and half as long in Russian. The numbers are indices into a `TokensByScript`.
 */
export const SCRIPTS = {
  /** Latin letters. */
  words: 0,
  /** Digits, punctuation and white space of ASCII. */
  symbols: 1,
  /** Emoji, and punctuation and digits beyond ASCII. */
  pictures: 2,
  cyrillic: 3,
  /** Chinese characters among themselves. */
  han: 4,
  /** Japanese: kana, and Chinese characters beside them. */
  kana: 5,
  hangul: 6,
  /** Any other script. */
  other: 7,
} as const;

export type Script = (typeof SCRIPTS)[keyof typeof SCRIPTS];

export const SCRIPT_COUNT = 8;

/** Tokens by script. */
export type TokensByScript = Float64Array;

/** A factor for the tokens of each script. */
export type Weights = Readonly<Record<keyof typeof SCRIPTS, number>>;

/** The same factor for all scripts. */
export function uniformWeights(factor: number): Weights {
  return {
    words: factor,
    symbols: factor,
    pictures: factor,
    cyrillic: factor,
    han: factor,
    kana: factor,
    hangul: factor,
    other: factor,
  };
}

export const UNWEIGHTED: Weights = uniformWeights(1);

export function emptyTally(): TokensByScript {
  return new Float64Array(SCRIPT_COUNT);
}

export function addTally(sum: TokensByScript, more: TokensByScript, times = 1): void {
  for (let script = 0; script < sum.length; script += 1) sum[script]! += times * more[script]!;
}

/** Weights in the order of a tally. */
export function weightList(weights: Weights): readonly number[] {
  const { words, symbols, pictures, cyrillic, han, kana, hangul, other } = weights;
  return [words, symbols, pictures, cyrillic, han, kana, hangul, other];
}

/** All tokens of a tally, those of each script times its weight. */
export function weigh(tally: ArrayLike<number>, weights: readonly number[]): number {
  let sum = 0;
  for (let script = 0; script < weights.length; script += 1) {
    sum += weights[script]! * (tally[script] ?? 0);
  }
  return sum;
}
