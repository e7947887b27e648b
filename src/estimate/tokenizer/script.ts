import { classAt, LETTER, widthOf } from './character-class.ts';
import type { Script } from './tally.ts';

/** First code unit of a range of letters, and whose they are up to the next row's. */
const RANGES: readonly (readonly [from: number, script: Script])[] = [
  [0x0000, 'words'],
  [0x0370, 'other'], // Greek, Cyrillic, Arabic, the scripts of India, …
  [0x1100, 'hangul'],
  [0x1200, 'other'],
  [0x1e00, 'words'], // Latin Extended Additional: Vietnamese
  [0x1f00, 'other'],
  [0x2e80, 'han'], // CJK radicals, kana, bopomofo
  [0x3130, 'hangul'],
  [0x3190, 'han'],
  [0xa000, 'other'],
  [0xac00, 'hangul'],
  [0xd7fc, 'other'],
  [0xd840, 'han'], // the high surrogates of planes 2 and 3
  [0xd900, 'other'],
  [0xf900, 'han'],
  [0xfb00, 'other'],
  [0xff66, 'han'], // half-width kana
  [0xffa0, 'hangul'],
  [0xffdd, 'other'],
];

/** The script of a letter, by its first UTF-16 code unit. */
export function scriptOf(unit: number): Script {
  if (unit < 0x370) return 'words';
  let found: Script = 'other';
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
  if (second >= end || !(classAt(text, second) & LETTER)) return 'symbols';
  return scriptOf(text.charCodeAt(second));
}
