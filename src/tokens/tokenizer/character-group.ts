import { SCRIPTS, type Script } from './tokens-by-script.ts';

/** Groups of characters that take about as many tokens each. */
const PLAIN = [
  'latin',
  'cyrillic',
  'arabic',
  'digit',
  'space',
  'newline',
  'symbol',
  'greek',
  'armenian',
  'hebrew',
  'devanagari',
  'bengali',
  'gurmukhi',
  'gujarati',
  'tamil',
  'telugu',
  'kannada',
  'malayalam',
  'sinhala',
  'thai',
  'lao',
  'tibetan',
  'myanmar',
  'georgian',
  'ethiopic',
  'khmer',
  'hangul',
  'hiragana',
  'katakana',
  'han',
  'punctuation',
  'wide',
  'picture',
  'joiner',
  'other',
] as const;

/**
 * Some letters tell that a text isn't English, Russian or Arabic: words near one of them have more
 * tokens, and are in groups of their own.
 */
const NEAR_A_LETTER = [
  // Latin near a letter of western Europe, and near one of other languages.
  'western',
  'extended',
  // Near a letter that isn't Russian, or isn't Arabic.
  'cyrillicExtended',
  'arabicExtended',
  // Chinese characters near kana, and near one that simplified Chinese doesn't have.
  'kanji',
  'traditional',
] as const;

export type GroupName = (typeof PLAIN)[number] | (typeof NEAR_A_LETTER)[number];

export const GROUP_NAMES: readonly GroupName[] = [...PLAIN, ...NEAR_A_LETTER];

/** What the tokens of a group count for, if not for any other script. */
const SCRIPT_OF: Readonly<Partial<Record<GroupName, Script>>> = {
  latin: SCRIPTS.words,
  cyrillic: SCRIPTS.cyrillic,
  digit: SCRIPTS.symbols,
  space: SCRIPTS.symbols,
  newline: SCRIPTS.symbols,
  symbol: SCRIPTS.symbols,
  hangul: SCRIPTS.hangul,
  hiragana: SCRIPTS.kana,
  katakana: SCRIPTS.kana,
  han: SCRIPTS.han,
  punctuation: SCRIPTS.pictures,
  wide: SCRIPTS.pictures,
  picture: SCRIPTS.pictures,
  joiner: SCRIPTS.pictures,
  western: SCRIPTS.words,
  extended: SCRIPTS.words,
  cyrillicExtended: SCRIPTS.cyrillic,
  kanji: SCRIPTS.kana,
  traditional: SCRIPTS.han,
};

/** The script that a group's tokens count for. */
export const GROUP_SCRIPTS: readonly Script[] = GROUP_NAMES.map(
  (name) => SCRIPT_OF[name] ?? SCRIPTS.other,
);

/** The index of a group. */
export function groupOf(name: GroupName): number {
  return GROUP_NAMES.indexOf(name);
}

/** The first UTF-16 code unit of a range, and the group of those up to the next row's. */
const RANGES: readonly (readonly [from: number, group: GroupName])[] = [
  [0x0000, 'symbol'],
  [0x0009, 'space'],
  [0x000a, 'newline'],
  [0x000b, 'symbol'],
  [0x000d, 'newline'],
  [0x000e, 'symbol'],
  [0x0020, 'space'],
  [0x0021, 'symbol'],
  [0x0030, 'digit'],
  [0x003a, 'symbol'],
  [0x0041, 'latin'],
  [0x005b, 'symbol'],
  [0x0061, 'latin'],
  [0x007b, 'symbol'],
  [0x00a0, 'punctuation'],
  [0x00c0, 'latin'],
  [0x0370, 'greek'],
  [0x0400, 'cyrillic'],
  [0x0530, 'armenian'],
  [0x0590, 'hebrew'],
  [0x0600, 'arabic'],
  [0x0700, 'other'],
  [0x0750, 'arabic'],
  [0x0780, 'other'],
  [0x0900, 'devanagari'],
  [0x0980, 'bengali'],
  [0x0a00, 'gurmukhi'],
  [0x0a80, 'gujarati'],
  [0x0b00, 'other'],
  [0x0b80, 'tamil'],
  [0x0c00, 'telugu'],
  [0x0c80, 'kannada'],
  [0x0d00, 'malayalam'],
  [0x0d80, 'sinhala'],
  [0x0e00, 'thai'],
  [0x0e80, 'lao'],
  [0x0f00, 'tibetan'],
  [0x1000, 'myanmar'],
  [0x10a0, 'georgian'],
  [0x1100, 'hangul'],
  [0x1200, 'ethiopic'],
  [0x1380, 'other'],
  [0x1780, 'khmer'],
  [0x1800, 'other'],
  [0x1e00, 'latin'],
  [0x1f00, 'greek'],
  [0x2000, 'punctuation'],
  [0x200b, 'joiner'],
  [0x2010, 'punctuation'],
  [0x2070, 'picture'],
  [0x2e80, 'han'],
  [0x3000, 'wide'],
  [0x3040, 'hiragana'],
  [0x30a0, 'katakana'],
  [0x3100, 'han'],
  [0x3130, 'hangul'],
  [0x3190, 'han'],
  [0xa000, 'other'],
  [0xac00, 'hangul'],
  [0xd7b0, 'other'],
  [0xd800, 'picture'],
  [0xe000, 'other'],
  [0xf900, 'han'],
  [0xfb00, 'other'],
  [0xfb50, 'arabic'],
  [0xfe00, 'joiner'],
  [0xfe10, 'wide'],
  [0xfe70, 'arabic'],
  [0xff00, 'wide'],
  [0xff66, 'katakana'],
  [0xffa0, 'hangul'],
  [0xffe0, 'other'],
];

/** The group of each UTF-16 code unit, wherever it stands. */
export const GROUP_OF_UNIT: Uint8Array = new Uint8Array(0x10000);
for (const [from, group] of RANGES) GROUP_OF_UNIT.fill(groupOf(group), from);
