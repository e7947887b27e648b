import { asciiPieceEnd, CL100K_TABLE, O200K_TABLE } from './ascii-pieces.ts';
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
export type PieceEnd = (units: Uint16Array, start: number, end: number) => number;

const NOT_A_SYMBOL = LETTER | DIGIT | SPACE;

const LINE_FEED = 0x0a;
const RETURN = 0x0d;
const SPACE_UNIT = 0x20;
const APOSTROPHE = 0x27;
const SLASH = 0x2f;

/** Turns a capital of ASCII into a small letter, and makes a small letter of nothing else. */
const LOWER_CASE = 0x20;
const [D, E, L, M, R, S, T, V] = [0x64, 0x65, 0x6c, 0x6d, 0x72, 0x73, 0x74, 0x76];

/** The pre-tokenizer of `o200k_base` (GPT-4o and later). */
export const o200kPieceEnd: PieceEnd = (units, start, end) => {
  const told = asciiPieceEnd(O200K_TABLE, units, start, end);
  if (told > 0) return told;
  const first = classAt(units, start);
  if (first & LETTER) {
    const mixed = mixedCaseEnd(units, start, end);
    return contractionEnd(units, mixed || upperCaseEnd(units, start, end), end);
  }
  if (first & DIGIT) return digitsEnd(units, start, end);
  const next = start + widthOf(first);
  const second = next < end ? classAt(units, next) : 0;
  if (second & (UPPERISH | LOWERISH) && !(first & NEWLINE)) {
    return contractionEnd(units, prefixedWordEnd(units, next, end, first), end);
  }
  if (first & UPPERISH) return contractionEnd(units, next, end);
  if (!(first & SPACE)) return symbolsEnd(units, next, end, SLASH);
  const isBeforeSymbol = units[start] === SPACE_UNIT && second !== 0 && !(second & NOT_A_SYMBOL);
  return isBeforeSymbol ? symbolsEnd(units, next, end, SLASH) : whiteSpaceEnd(units, start, end);
};

/** The pre-tokenizer of `cl100k_base` (GPT-3.5, GPT-4 and the embedding models). */
export const cl100kPieceEnd: PieceEnd = (units, start, end) => {
  const told = asciiPieceEnd(CL100K_TABLE, units, start, end);
  if (told > 0) return told;
  const contraction = contractionEnd(units, start, end);
  if (contraction > start) return contraction;
  const first = classAt(units, start);
  if (first & LETTER) return runEnd(units, start, end, LETTER);
  if (first & DIGIT) return digitsEnd(units, start, end);
  const next = start + widthOf(first);
  const second = next < end ? classAt(units, next) : 0;
  if (second & LETTER && !(first & NEWLINE)) return runEnd(units, next, end, LETTER);
  if (!(first & SPACE)) return symbolsEnd(units, next, end, 0);
  const isBeforeSymbol = units[start] === SPACE_UNIT && second !== 0 && !(second & NOT_A_SYMBOL);
  return isBeforeSymbol ? symbolsEnd(units, next, end, 0) : whiteSpaceEnd(units, start, end);
};

/**
 * The end of the word at `next` that takes along the character before it. A mark (`UPPERISH`) before
 * capitals is a word by itself: the pattern prefers that to taking it along.
 */
function prefixedWordEnd(units: Uint16Array, next: number, end: number, prefix: number): number {
  const mixed = mixedCaseEnd(units, next, end);
  if (mixed > 0) return mixed;
  return prefix & UPPERISH ? next : upperCaseEnd(units, next, end);
}

/**
 * Capitals, then at least one small letter, where characters without case may stand for either.
 * With no small letter after the capitals, the match backs up to the last character without case.
 * Returns 0 where there is neither.
 */
function mixedCaseEnd(units: Uint16Array, start: number, end: number): number {
  let index = start;
  let lastCaselessEnd = 0;
  while (index < end) {
    const found = classAt(units, index);
    if (!(found & UPPERISH)) {
      return found & LOWERISH ? runEnd(units, index, end, LOWERISH) : lastCaselessEnd;
    }
    index += widthOf(found);
    if (found & LOWERISH) lastCaselessEnd = index;
  }
  return lastCaselessEnd;
}

function upperCaseEnd(units: Uint16Array, start: number, end: number): number {
  return runEnd(units, start, end, UPPERISH);
}

function runEnd(units: Uint16Array, start: number, end: number, wanted: number): number {
  let index = start;
  while (index < end) {
    const found = classAt(units, index);
    if (!(found & wanted)) break;
    index += widthOf(found);
  }
  return index;
}

function digitsEnd(units: Uint16Array, start: number, end: number): number {
  let index = start;
  for (let digits = 0; digits < 3 && index < end; digits += 1) {
    const found = classAt(units, index);
    if (!(found & DIGIT)) break;
    index += widthOf(found);
  }
  return index;
}

/** The end of `'s`, `'t`, `'m`, `'d`, `'re`, `'ve` or `'ll` in any case, else `start` itself. */
function contractionEnd(units: Uint16Array, start: number, end: number): number {
  if (start + 1 >= end || units[start] !== APOSTROPHE) return start;
  const first = units[start + 1]! | LOWER_CASE;
  if (first === S || first === T || first === M || first === D) return start + 2;
  const second = start + 2 < end ? units[start + 2]! | LOWER_CASE : 0;
  const fits = first === L ? second === L : (first === R || first === V) && second === E;
  return fits ? start + 3 : start;
}

/** Symbols from `index` on, and the line breaks (and `alsoAtEnd`) that follow them. */
function symbolsEnd(units: Uint16Array, from: number, end: number, alsoAtEnd: number): number {
  let index = from;
  while (index < end) {
    const found = classAt(units, index);
    if (found & NOT_A_SYMBOL) break;
    index += widthOf(found);
  }
  while (index < end) {
    const unit = units[index]!;
    if (unit !== LINE_FEED && unit !== RETURN && (unit !== alsoAtEnd || alsoAtEnd === 0)) break;
    index += 1;
  }
  return index;
}

/**
 * White space up to its last line break; with none, all of it but the last character, which belongs
 * to what follows. All white space takes one UTF-16 code unit.
 */
function whiteSpaceEnd(units: Uint16Array, start: number, end: number): number {
  let index = start;
  let lastBreakEnd = 0;
  while (index < end) {
    const found = classAt(units, index);
    if (!(found & SPACE)) break;
    index += 1;
    if (found & NEWLINE) lastBreakEnd = index;
  }
  if (lastBreakEnd > 0) return lastBreakEnd;
  return index === end || index === start + 1 ? index : index - 1;
}
