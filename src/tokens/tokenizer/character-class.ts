/**
 * What the pre-tokenizers need to know about a character, as bits. One code point is classified by
 * regular expression the first time it is seen, and looked up in a table from then on.
 */

/** `\p{Lu}`, `\p{Lt}`, `\p{Lm}`, `\p{Lo}` or `\p{M}`: may stand in the capital part of a word. */
export const UPPERISH = 1;
/** `\p{Ll}`, `\p{Lm}`, `\p{Lo}` or `\p{M}`: may stand in the small part of a word. */
export const LOWERISH = 2;
/** `\p{L}`. A mark (`\p{M}`) is upperish and lowerish without being a letter. */
export const LETTER = 4;
/** `\p{N}`. */
export const DIGIT = 8;
/** `\p{White_Space}`, which is what Rust's `\s` means. JavaScript's differs at U+FEFF and U+0085. */
export const SPACE = 16;
/** CR or LF; such a character is also a `SPACE`. */
export const NEWLINE = 32;
/** Set for every character that has been classified, so that no class is 0. */
const KNOWN = 64;
/** Takes two UTF-16 code units. */
const WIDE = 128;

/** Classes by code point, 0 until first asked for; those of surrogates stay 0. */
const table = new Uint8Array(0x110000);

/**
 * The class of the character that starts at `units[index]`. Half a surrogate pair is classed as it
 * is encoded: as U+FFFD, a symbol.
 */
export function classAt(units: Uint16Array, index: number): number {
  return table[units[index]!] || classOfCodePoint(codePointAt(units, index));
}

/** The character that starts at `units[index]`; half a surrogate pair stands for itself. */
export function codePointAt(units: Uint16Array, index: number): number {
  const unit = units[index]!;
  if (unit < 0xd800 || unit > 0xdbff || index + 1 >= units.length) return unit;
  const next = units[index + 1]!;
  if (next < 0xdc00 || next > 0xdfff) return unit;
  return 0x10000 + ((unit - 0xd800) << 10) + (next - 0xdc00);
}

function classOfCodePoint(codePoint: number): number {
  if (codePoint >= 0xd800 && codePoint <= 0xdfff) return KNOWN;
  return table[codePoint] || classify(codePoint);
}

/** How many UTF-16 code units a character of this class takes. */
export function widthOf(characterClass: number): number {
  return 1 + (characterClass >>> 7);
}

function classify(codePoint: number): number {
  const found = propertiesOf(String.fromCodePoint(codePoint));
  const known = found | KNOWN | (codePoint > 0xffff ? WIDE : 0);
  table[codePoint] = known;
  return known;
}

function propertiesOf(character: string): number {
  if (/\p{White_Space}/u.test(character)) return /[\r\n]/.test(character) ? SPACE | NEWLINE : SPACE;
  if (/\p{M}/u.test(character)) return UPPERISH | LOWERISH;
  if (/\p{N}/u.test(character)) return DIGIT;
  if (!/\p{L}/u.test(character)) return 0;
  if (/\p{Ll}/u.test(character)) return LETTER | LOWERISH;
  if (/[\p{Lu}\p{Lt}]/u.test(character)) return LETTER | UPPERISH;
  return LETTER | UPPERISH | LOWERISH;
}
