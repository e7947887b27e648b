/**
 * Whether a cut before `index` leaves the number of tokens unchanged. True before a space or tab that
 * doesn't follow white space, and before ASCII punctuation that follows an ASCII letter or digit: the
 * pre-tokenizers always split there, except for `'s`.
 */
function isSafe(text: string, index: number): boolean {
  const next = text.charCodeAt(index);
  if (next === SPACE || next === TAB) return !/\s/.test(text.charAt(index - 1));
  return isPunctuation(next) && next !== APOSTROPHE && isWord(text.charCodeAt(index - 1));
}

const TAB = 0x09;
const SPACE = 0x20;
const APOSTROPHE = 0x27;

function isWord(unit: number): boolean {
  const letter = unit | 0x20;
  return (letter >= 0x61 && letter <= 0x7a) || (unit >= 0x30 && unit <= 0x39);
}

function isPunctuation(unit: number): boolean {
  return unit > SPACE && unit < 0x7f && !isWord(unit);
}

/** How far back to look for a safe place. Without one, each cut may cost one extra token. */
const LOOKED_AT = 256;

/** The last safe place to cut, up to `end`; never inside a surrogate pair. */
export function cutBefore(text: string, end: number): number {
  const first = Math.max(1, end - LOOKED_AT);
  for (let index = end; index >= first; index -= 1) if (isSafe(text, index)) return index;
  return betweenPairs(text, end);
}

/** `end`, or one less where that is between the two halves of a surrogate pair. */
export function betweenPairs(text: string, end: number): number {
  const last = text.charCodeAt(end - 1);
  return end < text.length && last >= 0xd800 && last <= 0xdbff ? end - 1 : end;
}
