/**
 * The patterns of the pre-tokenizers for ASCII, as tables: what the characters so far make, and the
 * kind of the next one, give what they make together, or how the piece ends. A look at a table for
 * each character takes a fraction of the time of comparisons, which a processor can't foresee.
 */

const KINDS = [
  ...['small', 'capital', 'digit', 'space', 'blank', 'break', 'symbol', 'slash', 'apostrophe'],
  'other',
] as const;
type Kind = (typeof KINDS)[number];

/** What the characters so far make. */
const START = 0;
const CAPITALS = 1;
const WORD = 2;
const DIGIT = 3;
const DIGITS = 4;
const SPACE = 5;
/** White space but for a space and line breaks. */
const BLANK = 6;
const BLANKS = 7;
const SYMBOL = 8;
const SYMBOLS = 9;
/** Symbols and the line breaks that they take along. */
const TAIL = 10;
/** White space up to a line break, and with blanks after it. */
const BREAKS = 11;
const INDENT = 12;

/** How the piece ends: before the character, after it, before the last blank, or after a break. */
const END = 16;
const AFTER = 17;
const BEFORE_BLANK = 18;
const AFTER_BREAK = 19;
/** What isn't ASCII, and an apostrophe that may begin `'s`, are for the patterns in full. */
const ASK = 20;

type Row = Readonly<Partial<Record<Kind, number>> & { readonly others?: number }>;

const SYMBOL_FIRST: Row = { symbol: SYMBOL, slash: SYMBOL, apostrophe: SYMBOL };
const FIRST: Row = { digit: DIGIT, space: SPACE, blank: BLANK, break: BREAKS, ...SYMBOL_FIRST };
const MORE_SYMBOLS: Row = { symbol: SYMBOLS, slash: SYMBOLS, apostrophe: SYMBOLS };
const MORE_BLANKS: Row = { space: BLANKS, blank: BLANKS, break: BREAKS };
const AFTER_BREAKS: Row = { space: INDENT, blank: INDENT, break: BREAKS };

/** Where words don't matter. */
const COMMON: Readonly<Record<number, Row>> = {
  [DIGIT]: { digit: DIGITS },
  [DIGITS]: { digit: AFTER },
  [BLANKS]: { ...MORE_BLANKS, others: BEFORE_BLANK },
  [SYMBOLS]: { ...MORE_SYMBOLS, break: TAIL },
  [BREAKS]: AFTER_BREAKS,
  [INDENT]: { ...AFTER_BREAKS, others: AFTER_BREAK },
};

/** `o200k_base`: a word is capitals, then small letters; symbols take slashes along. */
const O200K_WORD: Row = { small: WORD, capital: CAPITALS };
export const O200K_TABLE: Uint8Array = tableOf({
  ...COMMON,
  [START]: { ...FIRST, ...O200K_WORD },
  [CAPITALS]: { ...O200K_WORD, apostrophe: ASK },
  [WORD]: { small: WORD, apostrophe: ASK },
  [SPACE]: { ...O200K_WORD, ...MORE_SYMBOLS, ...MORE_BLANKS },
  [BLANK]: { ...O200K_WORD, ...MORE_BLANKS },
  [SYMBOL]: { ...O200K_WORD, ...MORE_SYMBOLS, break: TAIL },
  [TAIL]: { break: TAIL, slash: TAIL, other: END },
});

/** `cl100k_base`: a word is letters of either case; `'s` is a piece by itself. */
const CL100K_WORD: Row = { small: WORD, capital: WORD };
export const CL100K_TABLE: Uint8Array = tableOf({
  ...COMMON,
  [START]: { ...FIRST, ...CL100K_WORD, apostrophe: ASK },
  [WORD]: CL100K_WORD,
  [SPACE]: { ...CL100K_WORD, ...MORE_SYMBOLS, ...MORE_BLANKS },
  [BLANK]: { ...CL100K_WORD, ...MORE_BLANKS },
  [SYMBOL]: { ...CL100K_WORD, ...MORE_SYMBOLS, break: TAIL },
  [TAIL]: { break: TAIL, other: END },
});

/**
 * Where the piece that starts at `start` ends, as far as a table tells: 0 where it doesn't, and for
 * a piece that may go on at `end`.
 */
export function asciiPieceEnd(
  table: Uint8Array,
  units: Uint16Array,
  start: number,
  end: number,
): number {
  let state = START;
  let index = start;
  while (index < end) {
    state = table[(state << 4) | KIND_OF[Math.min(units[index]!, BEYOND)]!]!;
    if (state >= END) return state === END ? index : endOf(state, units, index);
    index += 1;
  }
  return 0;
}

function endOf(state: number, units: Uint16Array, index: number): number {
  if (state === ASK) return 0;
  if (state === AFTER) return index + 1;
  if (state === BEFORE_BLANK) return index - 1;
  let afterBreak = index;
  while (KIND_OF[units[afterBreak - 1]!] !== LINE_BREAK) afterBreak -= 1;
  return afterBreak;
}

/** The first unit that isn't ASCII stands for all of them. */
const BEYOND = 0x80;
const KIND_OF: Uint8Array = Uint8Array.from({ length: BEYOND + 1 }, (_, unit) =>
  KINDS.indexOf(kindOf(unit)),
);
const LINE_BREAK: number = KINDS.indexOf('break');

function kindOf(unit: number): Kind {
  if (unit >= BEYOND) return 'other';
  const character = String.fromCharCode(unit);
  if (/[a-z]/.test(character)) return 'small';
  if (/[A-Z]/.test(character)) return 'capital';
  if (/\d/.test(character)) return 'digit';
  if (/[\r\n]/.test(character)) return 'break';
  if (/\s/.test(character)) return character === ' ' ? 'space' : 'blank';
  if (character === '/') return 'slash';
  return character === "'" ? 'apostrophe' : 'symbol';
}

/** What a row doesn't name ends the piece; for what isn't ASCII, that has to be asked. */
function tableOf(rows: Readonly<Record<number, Row>>): Uint8Array {
  const table = new Uint8Array(END << 4).fill(ASK);
  for (const [state, row] of Object.entries(rows)) {
    for (const [column, kind] of KINDS.entries()) {
      const others = kind === 'other' ? ASK : (row.others ?? END);
      table[(Number(state) << 4) | column] = row[kind] ?? others;
    }
  }
  return table;
}
