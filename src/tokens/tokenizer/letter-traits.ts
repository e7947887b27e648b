/** What some UTF-16 code units tell, as bits. */
export const CAPITAL = 1;
/** J, K, Q and Z, of which English has few. */
export const UNCOMMON = 2;
/** A, I, O and U, which few English words end with. */
export const OPEN_VOWEL = 4;
/** The second half of a surrogate pair. */
export const SECOND_HALF = 8;
/** Tells of a language: a letter of Latin script that English doesn't use, and so on. */
export const WESTERN = 16;
/** Of Latin script, and of a language that isn't western European; of Cyrillic but not Russian… */
export const EXTENDED = 32;
export const KANA = 64;
/** A frequent character that simplified Chinese writes in another way. */
export const TRADITIONAL = 128;

/** What makes the words near it those of another language. */
export const TELLING: number = WESTERN | EXTENDED | KANA | TRADITIONAL;

/** Of Latin-1, but used in the north. */
const NORTHERN = 'åæøðþÅÆØÐÞ';
const TRADITIONAL_ONLY =
  '這們個來說時會為國對發經現與學開關無過種類實義進問題應從後當還沒樣動機電長書見車門話語請將權條據點選檔';

/** The traits of each UTF-16 code unit. */
export const TRAITS: Uint8Array = new Uint8Array(0x10000);
TRAITS.fill(CAPITAL, 0x41, 0x5b);
TRAITS.fill(WESTERN, 0xc0, 0x100);
TRAITS.fill(EXTENDED, 0x100, 0x250);
// Cyrillic but for the letters of Russian, and the letters that Persian and Urdu added to Arabic.
TRAITS.fill(EXTENDED, 0x400, 0x410);
TRAITS.fill(EXTENDED, 0x450, 0x530);
TRAITS.fill(0, 0x401, 0x402);
TRAITS.fill(0, 0x451, 0x452);
TRAITS.fill(EXTENDED, 0x670, 0x700);
TRAITS.fill(EXTENDED, 0x750, 0x780);
TRAITS.fill(WESTERN, 0x1e00, 0x1f00);
TRAITS.fill(KANA, 0x3040, 0x3100);
TRAITS.fill(SECOND_HALF, 0xdc00, 0xe000);
TRAITS.fill(EXTENDED, 0xfb50, 0xfe00);
TRAITS.fill(KANA, 0xff66, 0xffa0);
mark('jkqzJKQZ', UNCOMMON);
mark('aiou', OPEN_VOWEL);
mark(NORTHERN, EXTENDED);
mark(TRADITIONAL_ONLY, TRADITIONAL);

function mark(letters: string, trait: number): void {
  for (const letter of letters) {
    const unit = letter.charCodeAt(0);
    TRAITS[unit] = (TRAITS[unit]! & CAPITAL) | trait;
  }
}
