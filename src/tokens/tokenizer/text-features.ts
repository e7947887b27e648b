import {
  GROUP_NAMES,
  GROUP_OF_UNIT,
  GROUP_SCRIPTS,
  type GroupName,
  groupOf,
} from './character-group.ts';
import {
  CAPITAL,
  KANA,
  OPEN_VOWEL,
  SECOND_HALF,
  TELLING,
  TRADITIONAL,
  TRAITS,
  UNCOMMON,
  WESTERN,
} from './letter-traits.ts';
import { SCRIPTS, type Script } from './tokens-by-script.ts';

/** A run's first character, those up to the fourth, those up to the eighth, and all after that. */
const BANDS = 4;
const BAND_OF = [0, 0, 1, 1, 1, 2, 2, 2, 2, 3];
const LONGEST = BAND_OF.length - 1;

/** What else tells that words are rare, or that a character isn't part of a word. */
const SIGNS = [
  // Letters beyond ASCII: of western Europe, of other languages, of Vietnamese.
  'westernLetter',
  'extendedLetter',
  'vietnameseLetter',
  'cyrillicExtendedLetter',
  'arabicExtendedLetter',
  // After another capital.
  'capital',
  // J, K, Q and Z, of which English has few.
  'uncommonLetter',
  // Of four letters or more: A, I, O or U.
  'vowelAtEnd',
  // As in identifiers and encoded bytes.
  'wordAfterDigit',
  // A word takes the space before it along, a number doesn't.
  'spaceBeforeDigit',
] as const;

export type SignName = (typeof SIGNS)[number];

/** What the tokens of a sign count for, if not as words of Latin script. */
const SCRIPT_OF: Readonly<Partial<Record<SignName, Script>>> = {
  cyrillicExtendedLetter: SCRIPTS.cyrillic,
  arabicExtendedLetter: SCRIPTS.other,
  spaceBeforeDigit: SCRIPTS.symbols,
};

const FIRST_SIGN: number = BANDS * GROUP_NAMES.length;
const signOf = (name: SignName): number => FIRST_SIGN + SIGNS.indexOf(name);

/** Tokens for each character of a group, by its place in its run, and for each sign. */
export interface FeatureWeights {
  /** Up to four numbers each; the last one is that of all further places. */
  readonly groups: Readonly<Record<GroupName, readonly number[]>>;
  readonly signs: Readonly<Record<SignName, number>>;
}

/** The script that each feature's tokens count for. */
export const FEATURE_SCRIPTS: readonly number[] = [
  ...GROUP_SCRIPTS.flatMap((script) => Array.from({ length: BANDS }, () => script)),
  ...SIGNS.map((name) => SCRIPT_OF[name] ?? SCRIPTS.words),
];

/** Weights in the order of the features. */
export function weightsOfFeatures({ groups, signs }: FeatureWeights): Float64Array {
  const ofGroups = GROUP_NAMES.flatMap((name) =>
    Array.from({ length: BANDS }, (_, band) => groups[name][band] ?? groups[name].at(-1) ?? 0),
  );
  return Float64Array.from([...ofGroups, ...SIGNS.map((name) => signs[name])]);
}

/** A letter tells of the language of what follows it for so many UTF-16 code units. */
const REACH = 64;

const [LATIN, CYRILLIC, ARABIC] = [groupOf('latin'), groupOf('cyrillic'), groupOf('arabic')];
const HAN = groupOf('han');
const [DIGIT, SPACE] = [groupOf('digit'), groupOf('space')];
const [WESTERN_WORD, EXTENDED_WORD] = [groupOf('western'), groupOf('extended')];
const [KANJI, TRADITIONAL_HAN] = [groupOf('kanji'), groupOf('traditional')];
const CYRILLIC_EXTENDED = groupOf('cyrillicExtended');
const ARABIC_EXTENDED = groupOf('arabicExtended');

const CAPITAL_SIGN = signOf('capital');
const UNCOMMON_LETTER = signOf('uncommonLetter');
const VOWEL_AT_END = signOf('vowelAtEnd');
const WORD_AFTER_DIGIT = signOf('wordAfterDigit');
const SPACE_BEFORE_DIGIT = signOf('spaceBeforeDigit');
const WESTERN_LETTER = signOf('westernLetter');
const EXTENDED_LETTER = signOf('extendedLetter');
const VIETNAMESE_LETTER = signOf('vietnameseLetter');
const CYRILLIC_EXTENDED_LETTER = signOf('cyrillicExtendedLetter');
const ARABIC_EXTENDED_LETTER = signOf('arabicExtendedLetter');

const NONE = -1;

/** Counts how often each feature is in a part of a text. */
export class TextFeatures {
  readonly counts: Uint32Array = new Uint32Array(FEATURE_SCRIPTS.length);
  #group = NONE;
  #traits = 0;
  /** Of the run so far, up to `LONGEST`. */
  #length = 0;
  /** Up to where the letters reach that tell of a language: any of them, and each kind. */
  #told = 0;
  #western = 0;
  #extended = 0;
  #cyrillicExtended = 0;
  #arabicExtended = 0;
  #kana = 0;
  #traditional = 0;

  /** Counts `text[from .. to]`. What comes before it has its effect, as far as any reaches. */
  count(text: string, from: number, to: number): void {
    this.#forget();
    const start = Math.max(0, from - REACH);
    for (let index = start; index < from; index += 1) this.#read(text.charCodeAt(index), index);
    this.counts.fill(0);
    for (let index = from; index < to; index += 1) this.#read(text.charCodeAt(index), index);
  }

  #forget(): void {
    this.#group = NONE;
    this.#told = 0;
    this.#western = 0;
    this.#extended = 0;
    this.#cyrillicExtended = 0;
    this.#arabicExtended = 0;
    this.#kana = 0;
    this.#traditional = 0;
  }

  #read(unit: number, at: number): void {
    const traits = TRAITS[unit]!;
    if (traits & SECOND_HALF) return; // the first half of the pair stands for both
    const group = GROUP_OF_UNIT[unit]!;
    const capitals = traits & this.#traits & CAPITAL;
    if (group !== this.#group) this.#enter(group);
    else if (traits & CAPITAL && capitals === 0) this.#length = 1;
    else if (this.#length < LONGEST) this.#length += 1;
    if (traits & TELLING) this.#tell(unit, traits, group, at);
    if (traits & UNCOMMON) this.counts[UNCOMMON_LETTER]! += 1;
    if (capitals !== 0) this.counts[CAPITAL_SIGN]! += 1;
    const here = at < this.#told ? this.#groupAt(group, at) : group;
    this.counts[BANDS * here + BAND_OF[this.#length]!]! += 1;
    this.#group = group;
    this.#traits = traits;
  }

  /** At the first character of a run. */
  #enter(group: number): void {
    const before = this.#group;
    if (before === LATIN && this.#length >= 4 && this.#traits & OPEN_VOWEL) {
      this.counts[VOWEL_AT_END]! += 1;
    }
    if (before === DIGIT && group === LATIN) this.counts[WORD_AFTER_DIGIT]! += 1;
    if (before === SPACE && group === DIGIT) this.counts[SPACE_BEFORE_DIGIT]! += 1;
    this.#length = 1;
  }

  #tell(unit: number, traits: number, group: number, at: number): void {
    const until = at + REACH;
    this.#told = until;
    if (traits & KANA) this.#kana = until;
    else if (traits & TRADITIONAL) this.#traditional = until;
    else this.counts[this.#tellOfLetter(unit, traits, group, until)]! += 1;
  }

  /** Returns the letter's sign. */
  #tellOfLetter(unit: number, traits: number, group: number, until: number): number {
    if (traits & WESTERN) {
      this.#western = until;
      return unit < 0x1e00 ? WESTERN_LETTER : VIETNAMESE_LETTER;
    }
    if (group === LATIN) {
      this.#extended = until;
      return EXTENDED_LETTER;
    }
    if (group === CYRILLIC) {
      this.#cyrillicExtended = until;
      return CYRILLIC_EXTENDED_LETTER;
    }
    this.#arabicExtended = until;
    return ARABIC_EXTENDED_LETTER;
  }

  /** The group that a character of a group is in at a place that some letter reaches. */
  #groupAt(group: number, at: number): number {
    if (group === LATIN) {
      if (at < this.#extended) return EXTENDED_WORD;
      return at < this.#western ? WESTERN_WORD : LATIN;
    }
    if (group === CYRILLIC) return at < this.#cyrillicExtended ? CYRILLIC_EXTENDED : CYRILLIC;
    if (group === ARABIC) return at < this.#arabicExtended ? ARABIC_EXTENDED : ARABIC;
    if (group !== HAN) return group;
    if (at < this.#kana) return KANJI;
    return at < this.#traditional ? TRADITIONAL_HAN : HAN;
  }
}
