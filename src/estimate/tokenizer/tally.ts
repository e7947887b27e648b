/**
 * What a piece of text is made of, as far as the number of its tokens depends on that. Models with
 * other vocabularies differ by script: a Claude token is a little shorter than OpenAI's in English,
 * and half as long in Russian.
 *
 * - `words`: Latin letters. `symbols`: digits, punctuation, white space, emoji.
 * - `han`: Chinese characters and kana. `hangul`. `other`: any other script.
 */
export type Script = 'words' | 'symbols' | 'han' | 'hangul' | 'other';

/** Tokens by script. */
export type Tally = Readonly<Record<Script, number>>;

/** A tally that is still being added to. */
export type RunningTally = Record<Script, number>;

export function emptyTally(): RunningTally {
  return { words: 0, symbols: 0, han: 0, hangul: 0, other: 0 };
}

export function addTally(sum: RunningTally, more: Tally): void {
  sum.words += more.words;
  sum.symbols += more.symbols;
  sum.han += more.han;
  sum.hangul += more.hangul;
  sum.other += more.other;
}

/** All tokens of a tally, each script's times its factor. */
export function weigh(tally: Tally, factors: Tally): number {
  return (
    tally.words * factors.words +
    tally.symbols * factors.symbols +
    tally.han * factors.han +
    tally.hangul * factors.hangul +
    tally.other * factors.other
  );
}
