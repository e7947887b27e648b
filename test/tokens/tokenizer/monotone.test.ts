import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { runs } from '../../support/runs.ts';
import { counted, pair } from './oracle.ts';
import { pieces } from './pieces.ts';
import { reference } from './reference.ts';
import { anyScript } from './strings.ts';

/** Also lone surrogates, and what is white space to Rust and not to JavaScript. */
const anyText = fc.oneof(
  { weight: 3, arbitrary: anyScript },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 30 }) },
);
const SEEDED = { numRuns: runs(1000), seed: 1 };

/**
 * A longer text may have fewer tokens: a word that is whole is one token, and without its end it is
 * several. So the exact count can't be monotone in text that is appended. What is:
 */
describe.each([pair('o200k_base'), pair('cl100k_base')])('$name', ({ name, counter, pieceEnd }) => {
  const tiktoken = reference(name);
  const count = (text: string): number => counted(counter, text).tokens;

  test.each([
    [' pronunciatio', 'n', { o200k_base: [4, 1], cl100k_base: [3, 1] }],
    [' plausibl', 'e', { o200k_base: [2, 1], cl100k_base: [4, 1] }],
  ])('%j has fewer tokens with %j at its end, in tiktoken as here', (text, more, expected) => {
    expect([tiktoken(text), tiktoken(text + more)]).toEqual(expected[name]);
    expect([count(text), count(text + more)]).toEqual(expected[name]);
  });

  test('text that begins a new piece adds just its own tokens', () => {
    fc.assert(
      fc.property(anyText, anyText, (text, more) => {
        const together = pieces(pieceEnd, text + more);
        const alone = pieces(pieceEnd, text);
        fc.pre(more !== '' && alone.every((piece, index) => piece === together[index]));
        expect(count(text + more)).toBe(count(text) + count(more));
      }),
      SEEDED,
    );
  });

  test('any text takes back no more than the last pieces had, which it may become a part of', () => {
    fc.assert(
      fc.property(anyText, anyText, (text, more) => {
        const found = pieces(pieceEnd, text);
        // Two: `they` and `'r` become `they're`. Half a surrogate pair may turn out to be a letter.
        const open = /[\ud800-\udbff]$/.test(text) ? 3 : 2;
        const kept = found.slice(0, Math.max(0, found.length - open));
        expect(pieces(pieceEnd, text + more).slice(0, kept.length)).toEqual(kept);
        expect(count(text + more)).toBeGreaterThanOrEqual(count(kept.join('')));
        const taken = count(found.slice(kept.length).join(''));
        expect(count(text + more)).toBeGreaterThanOrEqual(count(text) - taken);
      }),
      SEEDED,
    );
  });
});
