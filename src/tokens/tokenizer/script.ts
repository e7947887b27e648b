import { classAt, LETTER, widthOf } from './character-class.ts';
import { SCRIPTS, type Script } from './tokens-by-script.ts';

const { words: WORDS, symbols: SYMBOLS, pictures: PICTURES, cyrillic: CYRILLIC } = SCRIPTS;
const { han: HAN, kana: KANA, hangul: HANGUL, other: OTHER } = SCRIPTS;

/** First code unit of a range of letters, and whose they are up to the next row's. */
const RANGES: readonly (readonly [from: number, script: Script])[] = [
  [0x0000, WORDS],
  [0x0370, OTHER], // Greek
  [0x0400, CYRILLIC],
  [0x0530, OTHER], // Armenian, Hebrew, Arabic, the scripts of India, …
  [0x1100, HANGUL],
  [0x1200, OTHER],
  [0x1c80, CYRILLIC],
  [0x1c90, OTHER],
  [0x1e00, WORDS], // Latin Extended Additional: Vietnamese
  [0x1f00, OTHER],
  [0x2de0, CYRILLIC],
  [0x2e00, OTHER],
  [0x2e80, HAN], // radicals
  [0x3040, KANA],
  [0x3100, HAN], // bopomofo
  [0x3130, HANGUL],
  [0x3190, HAN],
  [0xa000, OTHER],
  [0xac00, HANGUL],
  [0xd7fc, OTHER],
  [0xd840, HAN], // the high surrogates of planes 2 and 3
  [0xd900, OTHER],
  [0xf900, HAN],
  [0xfb00, OTHER],
  [0xff66, KANA], // of half width
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

/**
 * The script of a piece of text: that of its first letter, which is its first or second character.
 * Chinese characters together with kana are Japanese, and count as kana.
 */
export function scriptOfPiece(units: Uint16Array, start: number, end: number): Script {
  const first = classAt(units, start);
  if (first & LETTER) return scriptOfRun(units, start, end);
  const second = start + widthOf(first);
  if (second < end && classAt(units, second) & LETTER) return scriptOfRun(units, second, end);
  const symbol = units[start] === 0x20 && second < end ? second : start;
  return units[symbol]! < 0x80 ? SYMBOLS : PICTURES;
}

function scriptOfRun(units: Uint16Array, start: number, end: number): Script {
  const script = scriptOf(units[start]!);
  if (script !== HAN) return script;
  for (let index = start + 1; index < end; index += 1) {
    if (isKana(units[index]!)) return KANA;
  }
  return HAN;
}

function isKana(unit: number): boolean {
  return unit >= 0x3040 && unit < 0x3100;
}
