import { scriptOf } from './script.ts';
import { SCRIPTS, type Script } from './tally.ts';
import type { TextCounter, TextCursor } from './text-counter.ts';

/**
 * Tokens per character and per run of characters of one kind, fitted to the exact `o200k_base`
 * counts of prose, source code, JSON, base64 and emoji in English, Chinese, Japanese, Korean and
 * Russian: 15 weights, least squares of the relative error, measured 2026-11. On 10,000 characters
 * of text of those kinds the mean error is between -4 and +3 %.
 */
const WEIGHTS = {
  upper: 0.456,
  lower: 0.016,
  word: 0.921,
  digit: 0.19,
  digitRun: 1.086,
  surplusSpace: 0.061,
  newline: 0.652,
  symbol: 0.163,
  symbolRun: 0.524,
  extendedLatin: 2.193,
  cyrillic: 0.251,
  kana: 0.709,
  han: 0.667,
  hangul: 0.703,
  other: 1.111,
};

/** Kinds of characters; the order of the first six is that of the rows of `ASCII_COSTS`. */
const UPPER = 0;
const LOWER = 1;
const DIGIT = 2;
const SPACE = 3;
const NEWLINE = 4;
const SYMBOL = 5;
const NOT_ASCII = 6;

/** What a character of a kind adds, and what it adds when the one before it is of another kind. */
const ASCII_COSTS: readonly (readonly [each: number, first: number, script: Script])[] = [
  [WEIGHTS.upper, WEIGHTS.word, SCRIPTS.words],
  [WEIGHTS.lower, WEIGHTS.word, SCRIPTS.words],
  [WEIGHTS.digit, WEIGHTS.digitRun, SCRIPTS.symbols],
  [WEIGHTS.surplusSpace, -WEIGHTS.surplusSpace, SCRIPTS.symbols],
  [WEIGHTS.newline, 0, SCRIPTS.symbols],
  [WEIGHTS.symbol, WEIGHTS.symbolRun, SCRIPTS.symbols],
];

/** Estimates the tokens of a text in one pass, without a vocabulary. */
export class LinearCounter implements TextCounter {
  advance(cursor: TextCursor, budget: number): number {
    const { text, tally, position } = cursor;
    const end = Math.min(text.length, position + Math.max(1, Math.floor(budget)));
    let before = position > 0 ? kindOf(text.charCodeAt(position - 1)) : NOT_ASCII;
    for (let index = position; index < end; index += 1) {
      const unit = text.charCodeAt(index);
      const kind = kindOf(unit);
      if (kind === NOT_ASCII) {
        tally[scriptOf(unit)]! += costOf(unit);
      } else {
        const [each, first, script] = ASCII_COSTS[kind]!;
        tally[script]! += continues(before, kind) ? each : each + first;
      }
      before = kind;
    }
    cursor.position = end;
    return end - position;
  }
}

/** A word may mix capitals and small letters. */
function continues(before: number, kind: number): boolean {
  return before === kind || (before <= LOWER && kind <= LOWER);
}

function kindOf(unit: number): number {
  if (unit > 0x7f) return NOT_ASCII;
  if (unit >= 0x61 && unit <= 0x7a) return LOWER;
  if (unit >= 0x41 && unit <= 0x5a) return UPPER;
  if (unit === 0x20 || unit === 0x09) return SPACE;
  if (unit >= 0x30 && unit <= 0x39) return DIGIT;
  return unit === 0x0a || unit === 0x0d ? NEWLINE : SYMBOL;
}

/** The tokens of a UTF-16 code unit beyond ASCII. */
function costOf(unit: number): number {
  if (unit < 0x250) return WEIGHTS.extendedLatin;
  if (unit >= 0x400 && unit < 0x530) return WEIGHTS.cyrillic;
  if (unit >= 0x3040 && unit < 0x3100) return WEIGHTS.kana;
  const script = scriptOf(unit);
  if (script === SCRIPTS.han || script === SCRIPTS.kana) return WEIGHTS.han;
  return script === SCRIPTS.hangul ? WEIGHTS.hangul : WEIGHTS.other;
}
