import { classAt, LETTER, widthOf } from './character-class.ts';
import { SCRIPTS, type Script } from './tally.ts';

const { words: WORDS, symbols: SYMBOLS, han: HAN, hangul: HANGUL, other: OTHER } = SCRIPTS;

/** First code unit of a range of letters, and whose they are up to the next row's. */
const RANGES: readonly (readonly [from: number, script: Script])[] = [
  [0x0000, WORDS],
  [0x0370, OTHER], // Greek, Cyrillic, Arabic, the scripts of India, …
  [0x1100, HANGUL],
  [0x1200, OTHER],
  [0x1e00, WORDS], // Latin Extended Additional: Vietnamese
  [0x1f00, OTHER],
  [0x2e80, HAN], // CJK radicals, kana, bopomofo
  [0x3130, HANGUL],
  [0x3190, HAN],
  [0xa000, OTHER],
  [0xac00, HANGUL],
  [0xd7fc, OTHER],
  [0xd840, HAN], // the high surrogates of planes 2 and 3
  [0xd900, OTHER],
  [0xf900, HAN],
  [0xfb00, OTHER],
  [0xff66, HAN], // half-width kana
  [0xffa0, HANGUL],
  [0xffdd, OTHER],
];

/** The script of a letter, by its first UTF-16 code unit. */
export function scriptOf(unit: number): Script {
  if (unit < 0x370) return WORDS;
  let found: Script = OTHER;
  for (const [from, script] of RANGES) {
    if (unit < from) break;
    found = script;
  }
  return found;
}

/** The script of a piece of text: that of its first letter, which is its first or second character. */
export function scriptOfPiece(text: string, start: number, end: number): Script {
  const first = classAt(text, start);
  if (first & LETTER) return scriptOf(text.charCodeAt(start));
  const second = start + widthOf(first);
  if (second >= end || !(classAt(text, second) & LETTER)) return SYMBOLS;
  return scriptOf(text.charCodeAt(second));
}
