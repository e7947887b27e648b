import fc from 'fast-check';

/** Characters of every class that a pattern tells apart, and words that make tokens. */
const PIECES = [
  ...'abcxyzABCXYZ0123456789',
  ...'éÉßñŒœǅªºʰΑαЯяЁёѣ',
  ...'אבגעربةहिन्दीกขไทย',
  ...'中文字の日本カタカナー한국어',
  ...'٠١٢½²Ⅷ一',
  ...' \t\n\r\u000b\u00a0\u2003\u2028\u3000',
  ...'.,;:!?-_/\\\'"`()[]{}<>@#$%^&*+=|~',
  ...'…—«»。、€™\u0301\u0903\u20dd\u200d\u200b\ufe0f',
  ...'😀👍🏽🇩🇪𠀀𝒜𐐀𐐨',
  '\ud800',
  '\udfff',
  "'s",
  "'S",
  "'ll",
  "'RE",
  "'Ve",
  "'x",
  '  ',
  '\r\n',
  '\n\n',
  '//',
  'the',
  ' the',
  ' and',
  'ing',
  'HTTP',
  'camelCase',
  'Ünïcödé',
  '<|endoftext|>',
  'привет',
  'こんにちは',
  '안녕하세요',
  '👨‍👩‍👧',
];

/** Strings in which all of these meet all others. */
export const anyScript: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: fc.array(fc.constantFrom(...PIECES), { maxLength: 40 }).map(join) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 60 }).map(withoutDeviations) },
);

function join(pieces: readonly string[]): string {
  return pieces.join('');
}

/** Without what is white space to JavaScript and not to Rust, or the other way round. */
function withoutDeviations(text: string): string {
  return text.replace(/[\u0085\ufeff]/g, '');
}
