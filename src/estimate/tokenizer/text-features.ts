import {
  GROUP_NAMES,
  GROUP_OF_UNIT,
  GROUP_SCRIPTS,
  type GroupName,
  groupOf,
} from './character-group.ts';
import { SCRIPTS } from './tally.ts';

/** A run's first character, those up to the fourth, those up to the eighth, and all after that. */
const BANDS = 4;
const BAND_OF = [0, 0, 1, 1, 1, 2, 2, 2, 2, 3];
const LONGEST = BAND_OF.length - 1;

/** What else tells that words are rare, or that a character isn't part of a word. */
const SIGNS = [
  // Letters beyond ASCII: of western Europe, of other languages, of Vietnamese.
  ['westernLetter', SCRIPTS.words],
  ['extendedLetter', SCRIPTS.words],
  ['vietnameseLetter', SCRIPTS.words],
  ['cyrillicExtendedLetter', SCRIPTS.cyrillic],
  ['arabicExtendedLetter', SCRIPTS.other],
  // After another capital.
  ['capital', SCRIPTS.words],
  // J, K, Q and Z, of which English has few.
  ['uncommonLetter', SCRIPTS.words],
  // Of four letters or more: A, I, O or U.
  ['vowelAtEnd', SCRIPTS.words],
  // As in identifiers and encoded bytes.
  ['wordAfterDigit', SCRIPTS.words],
  // A word takes the space before it along, a number doesn't.
  ['spaceBeforeDigit', SCRIPTS.symbols],
] as const;

export type SignName = (typeof SIGNS)[number][0];

const SIGN_NAMES: readonly SignName[] = SIGNS.map(([name]) => name);
const FIRST_SIGN: number = BANDS * GROUP_NAMES.length;
const signOf = (name: SignName): number => FIRST_SIGN + SIGN_NAMES.indexOf(name);

/** Tokens for each character of a group, by its place in its run, and for each sign. */
export interface FeatureWeights {
  /** Up to four numbers each; the last one is that of all further places. */
  readonly groups: Readonly<Record<GroupName, readonly number[]>>;
  readonly signs: Readonly<Record<SignName, number>>;
}

/** The script that each feature's tokens count for. */
export const FEATURE_SCRIPTS: readonly number[] = [
  ...GROUP_SCRIPTS.flatMap((script) => Array.from({ length: BANDS }, () => script)),
  ...SIGNS.map(([, script]) => script),
];

/** Weights in the order of the features. */
export function weightsOfFeatures({ groups, signs }: FeatureWeights): Float64Array {
  const ofGroups = GROUP_NAMES.flatMap((name) =>
    Array.from({ length: BANDS }, (_, band) => groups[name][band] ?? groups[name].at(-1) ?? 0),
  );
  return Float64Array.from([...ofGroups, ...SIGN_NAMES.map((name) => signs[name])]);
}

/** A letter tells of the language of what follows it for so many UTF-16 code units. */
const REACH = 64;

const [LATIN, CYRILLIC, ARABIC] = [groupOf('latin'), groupOf('cyrillic'), groupOf('arabic')];
const [HAN, HIRAGANA, KATAKANA] = [groupOf('han'), groupOf('hiragana'), groupOf('katakana')];
const [DIGIT, SPACE] = [groupOf('digit'), groupOf('space')];
const [WESTERN, EXTENDED, KANJI] = [groupOf('western'), groupOf('extended'), groupOf('kanji')];
const TRADITIONAL = groupOf('traditional');
const CYRILLIC_EXTENDED = groupOf('cyrillicExtended');
const ARABIC_EXTENDED = groupOf('arabicExtended');

const WESTERN_LETTER = signOf('westernLetter');
const EXTENDED_LETTER = signOf('extendedLetter');
const VIETNAMESE_LETTER = signOf('vietnameseLetter');
const CYRILLIC_EXTENDED_LETTER = signOf('cyrillicExtendedLetter');
const ARABIC_EXTENDED_LETTER = signOf('arabicExtendedLetter');
const CAPITAL = signOf('capital');
const UNCOMMON_LETTER = signOf('uncommonLetter');
const VOWEL_AT_END = signOf('vowelAtEnd');
const WORD_AFTER_DIGIT = signOf('wordAfterDigit');
const SPACE_BEFORE_DIGIT = signOf('spaceBeforeDigit');

/** How often each feature is in a part of a text. */
export class TextFeatures {
  readonly counts: Uint32Array = new Uint32Array(FEATURE_SCRIPTS.length);
  #group = -1;
  #before = 0;
  #length = 0;
  #at = 0;
  /** Where the last letter was that tells of a language. */
  #westernAt = -REACH;
  #extendedAt = -REACH;
  #cyrillicExtendedAt = -REACH;
  #arabicExtendedAt = -REACH;
  #kanaAt = -REACH;
  #traditionalAt = -REACH;

  /** Of `text[from .. to]`. What comes before it has its effect, as far as any reaches. */
  constructor(text: string, from: number, to: number) {
    for (let index = Math.max(0, from - REACH); index < from; index += 1) {
      this.#read(text.charCodeAt(index));
    }
    this.counts.fill(0);
    for (let index = from; index < to; index += 1) this.#read(text.charCodeAt(index));
  }

  #read(unit: number): void {
    this.#at += 1;
    if (unit >= 0xdc00 && unit < 0xe000) return; // the first half of the pair stands for both
    const group = GROUP_OF_UNIT[unit]!;
    const before = this.#group;
    if (group !== before) this.#enter(group, before);
    else if (isCapital(unit) && !isCapital(this.#before)) this.#length = 1;
    else if (this.#length < LONGEST) this.#length += 1;
    if (group === LATIN) this.#readLatin(unit);
    else if (unit > 0x7f) this.#readForeign(unit, group);
    this.counts[BANDS * this.#groupHere(group) + BAND_OF[this.#length]!]! += 1;
    this.#group = group;
    this.#before = unit;
  }

  /** At the first character of a run. */
  #enter(group: number, before: number): void {
    if (before === LATIN && this.#length >= 4 && isOpenVowel(this.#before)) {
      this.counts[VOWEL_AT_END]! += 1;
    }
    if (group === LATIN && before === DIGIT) this.counts[WORD_AFTER_DIGIT]! += 1;
    if (group === DIGIT && before === SPACE) this.counts[SPACE_BEFORE_DIGIT]! += 1;
    this.#length = 1;
  }

  #readLatin(unit: number): void {
    if (unit > 0x7f) this.#readMarked(unit);
    else if (isCapital(unit) && this.#group === LATIN && isCapital(this.#before)) {
      this.counts[CAPITAL]! += 1;
    }
    if (isUncommon(unit)) this.counts[UNCOMMON_LETTER]! += 1;
  }

  #readMarked(unit: number): void {
    if (isExtendedLatin(unit)) {
      this.#extendedAt = this.#at;
      this.counts[EXTENDED_LETTER]! += 1;
    } else {
      this.#westernAt = this.#at;
      this.counts[unit < 0x1e00 ? WESTERN_LETTER : VIETNAMESE_LETTER]! += 1;
    }
  }

  #readForeign(unit: number, group: number): void {
    if (group === HIRAGANA || group === KATAKANA) this.#kanaAt = this.#at;
    else if (group === HAN && TRADITIONAL_ONLY.has(unit)) this.#traditionalAt = this.#at;
    else if (group === CYRILLIC && isExtendedCyrillic(unit)) {
      this.#cyrillicExtendedAt = this.#at;
      this.counts[CYRILLIC_EXTENDED_LETTER]! += 1;
    } else if (group === ARABIC && isExtendedArabic(unit)) {
      this.#arabicExtendedAt = this.#at;
      this.counts[ARABIC_EXTENDED_LETTER]! += 1;
    }
  }

  /** The group that a character of a group is in at this place. */
  #groupHere(group: number): number {
    const from = this.#at - REACH;
    if (group === LATIN) {
      if (this.#extendedAt > from) return EXTENDED;
      return this.#westernAt > from ? WESTERN : LATIN;
    }
    if (group === CYRILLIC) return this.#cyrillicExtendedAt > from ? CYRILLIC_EXTENDED : CYRILLIC;
    if (group === ARABIC) return this.#arabicExtendedAt > from ? ARABIC_EXTENDED : ARABIC;
    if (group !== HAN) return group;
    if (this.#kanaAt > from) return KANJI;
    return this.#traditionalAt > from ? TRADITIONAL : HAN;
  }
}

function isCapital(unit: number): boolean {
  return unit >= 0x41 && unit <= 0x5a;
}

/** Frequent characters that simplified Chinese writes in another way. */
const TRADITIONAL_ONLY = new Set(
  [
    ...'這們個來說時會為國對發經現與學開關無過種類實義進問題應從後當還沒樣動機電長書見車門話語請將權條據點選檔',
  ].map((character) => character.charCodeAt(0)),
);

const OPEN_VOWELS = new Set([...'aiou'].map((letter) => letter.charCodeAt(0)));
const UNCOMMON = new Set([...'jkqzJKQZ'].map((letter) => letter.charCodeAt(0)));
/** Of Latin-1, but used in the north. */
const NORTHERN = new Set([...'åæøðþÅÆØÐÞ'].map((letter) => letter.charCodeAt(0)));

function isOpenVowel(unit: number): boolean {
  return OPEN_VOWELS.has(unit);
}

function isUncommon(unit: number): boolean {
  return UNCOMMON.has(unit);
}

function isExtendedLatin(unit: number): boolean {
  return (unit >= 0x100 && unit < 0x1e00) || NORTHERN.has(unit);
}

/** A letter that Russian doesn't use. */
function isExtendedCyrillic(unit: number): boolean {
  const isRussian = (unit >= 0x410 && unit < 0x450) || unit === 0x401 || unit === 0x451;
  return !isRussian;
}

/** A letter that Arabic doesn't use, as of Persian and Urdu. */
function isExtendedArabic(unit: number): boolean {
  return unit >= 0x670 && unit < 0xfe00;
}
