import {
  classAt,
  DIGIT,
  LETTER,
  LOWERISH,
  NEWLINE,
  SPACE,
  UPPERISH,
  widthOf,
} from './character-class.ts';

/**
 * Where the piece that starts at `start` ends. A piece is what byte pairs are merged within: a word
 * with the one character before it, up to three digits, a run of symbols, or white space. Looks at
 * nothing at or after `end`, which must not cut a surrogate pair in two, and returns more than
 * `start` as long as `start < end`.
 *
 * The functions below do by hand what the `pat_str` of an encoding's published vocabulary says as a
 * regular expression. Two letters of context decide each step, so the time is linear in the text.
 */
export type PieceEnd = (text: string, start: number, end: number) => number;

const NOT_A_SYMBOL = LETTER | DIGIT | SPACE;

const SPACE_UNIT = 0x20;
const APOSTROPHE = 0x27;
const SLASH = 0x2f;

/** The pre-tokeniser of `o200k_base` (GPT-4o and later). */
export const o200kPieceEnd: PieceEnd = (text, start, end) => {
  const first = classAt(text, start);
  if (first & LETTER) {
    const mixed = mixedCaseEnd(text, start, end);
    return contractionEnd(text, mixed || upperCaseEnd(text, start, end), end);
  }
  if (first & DIGIT) return digitsEnd(text, start, end);
  const next = start + widthOf(first);
  if (!(first & NEWLINE) && next < end) {
    const word = prefixedWordEnd(text, next, end, first);
    if (word > 0) return contractionEnd(text, word, end);
  } else if (first & UPPERISH) {
    return next;
  }
  if (first & SPACE && !isSpaceThenSymbol(text, start, end)) return whiteSpaceEnd(text, start, end);
  return symbolsEnd(text, start, end, SLASH);
};

/** The pre-tokeniser of `cl100k_base` (GPT-3.5, GPT-4 and the embedding models). */
export const cl100kPieceEnd: PieceEnd = (text, start, end) => {
  const contraction = contractionEnd(text, start, end);
  if (contraction > start) return contraction;
  const first = classAt(text, start);
  if (first & LETTER) return runEnd(text, start, end, LETTER);
  if (first & DIGIT) return digitsEnd(text, start, end);
  if (!(first & NEWLINE)) {
    const next = start + widthOf(first);
    const word = runEnd(text, next, end, LETTER);
    if (word > next) return word;
  }
  if (first & SPACE && !isSpaceThenSymbol(text, start, end)) return whiteSpaceEnd(text, start, end);
  return symbolsEnd(text, start, end, 0);
};

/** The end of the word at `next` that takes along the character before it; 0 if there is none. */
function prefixedWordEnd(text: string, next: number, end: number, prefix: number): number {
  if (!(classAt(text, next) & (UPPERISH | LOWERISH))) return prefix & UPPERISH ? next : 0;
  const mixed = mixedCaseEnd(text, next, end);
  // A mark before capitals is a word by itself: the pattern prefers that to taking it along.
  if (mixed === 0 && prefix & UPPERISH) return next;
  return mixed || upperCaseEnd(text, next, end);
}

/**
 * Capitals, then at least one small letter, where characters without case may stand for either.
 * With no small letter after the capitals, the match backs up to the last character without case.
 * Returns 0 where there is neither.
 */
function mixedCaseEnd(text: string, start: number, end: number): number {
  let index = start;
  let lastCaselessEnd = 0;
  while (index < end) {
    const found = classAt(text, index);
    if (!(found & UPPERISH)) {
      return found & LOWERISH ? runEnd(text, index, end, LOWERISH) : lastCaselessEnd;
    }
    index += widthOf(found);
    if (found & LOWERISH) lastCaselessEnd = index;
  }
  return lastCaselessEnd;
}

function upperCaseEnd(text: string, start: number, end: number): number {
  return runEnd(text, start, end, UPPERISH);
}

function runEnd(text: string, start: number, end: number, wanted: number): number {
  let index = start;
  while (index < end) {
    const found = classAt(text, index);
    if (!(found & wanted)) break;
    index += widthOf(found);
  }
  return index;
}

function digitsEnd(text: string, start: number, end: number): number {
  let index = start;
  for (let digits = 0; digits < 3 && index < end; digits += 1) {
    const found = classAt(text, index);
    if (!(found & DIGIT)) break;
    index += widthOf(found);
  }
  return index;
}

/** The end of `'s`, `'t`, `'m`, `'d`, `'re`, `'ve` or `'ll` in any case, else `start` itself. */
function contractionEnd(text: string, start: number, end: number): number {
  if (start + 1 >= end || text.charCodeAt(start) !== APOSTROPHE) return start;
  const letters = text.slice(start + 1, Math.min(start + 3, end)).toLowerCase();
  if (/^(?:re|ve|ll)$/.test(letters)) return start + 3;
  return /^[stmd]/.test(letters) ? start + 2 : start;
}

function isSpaceThenSymbol(text: string, start: number, end: number): boolean {
  if (text.charCodeAt(start) !== SPACE_UNIT || start + 1 >= end) return false;
  return !(classAt(text, start + 1) & NOT_A_SYMBOL);
}

/** Symbols, after one space perhaps, and the line breaks (and `alsoAtEnd`) that follow them. */
function symbolsEnd(text: string, start: number, end: number, alsoAtEnd: number): number {
  let index = text.charCodeAt(start) === SPACE_UNIT ? start + 1 : start;
  while (index < end) {
    const found = classAt(text, index);
    if (found & NOT_A_SYMBOL) break;
    index += widthOf(found);
  }
  while (index < end) {
    const unit = text.charCodeAt(index);
    if (unit !== 10 && unit !== 13 && (unit !== alsoAtEnd || alsoAtEnd === 0)) break;
    index += 1;
  }
  return index;
}

/**
 * White space up to its last line break; with none, all of it but the last character, which belongs
 * to what follows. All white space takes one UTF-16 code unit.
 */
function whiteSpaceEnd(text: string, start: number, end: number): number {
  let index = start;
  let lastBreakEnd = 0;
  while (index < end) {
    const found = classAt(text, index);
    if (!(found & SPACE)) break;
    index += 1;
    if (found & NEWLINE) lastBreakEnd = index;
  }
  if (lastBreakEnd > 0) return lastBreakEnd;
  return index === end || index === start + 1 ? index : index - 1;
}
