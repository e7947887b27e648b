import fc from 'fast-check';
import cl100k from 'js-tiktoken/ranks/cl100k_base';
import o200k from 'js-tiktoken/ranks/o200k_base';
import { describe, expect, test } from 'vitest';
import { cl100kPieceEnd, o200kPieceEnd } from '../../../src/tokens/tokenizer/pretokenize.ts';
import { runs } from '../../support/runs.ts';
import { pieces, unitsOf } from './pieces.ts';
import { realTexts } from './real-files.ts';
import { anyScript } from './strings.ts';

/** The published pattern, with Rust's meaning of white space. */
function pattern(published: string): RegExp {
  const rust = published
    .replaceAll('\\s', '\\p{White_Space}')
    .replaceAll('\\S', '\\P{White_Space}');
  return new RegExp(rust, 'gu');
}

describe.each([
  ['o200k_base', o200kPieceEnd, pattern(o200k.pat_str)] as const,
  ['cl100k_base', cl100kPieceEnd, pattern(cl100k.pat_str)] as const,
])('%s', (_name, pieceEnd, published) => {
  test('splits any string as the published pattern does', () => {
    const text = fc.oneof(anyScript, fc.string({ unit: 'binary', maxLength: 60 }));
    fc.assert(
      fc.property(text, (string) => {
        expect(pieces(pieceEnd, string)).toEqual(string.match(published) ?? []);
      }),
      { numRuns: runs(1500), seed: 1 },
    );
  });

  test('splits real files as the published pattern does', () => {
    for (const text of realTexts()) expect(pieces(pieceEnd, text)).toEqual(text.match(published));
  });

  test.each([
    ['a byte order mark is a symbol', '\ufeffabc \ufeff\ufeff'],
    ['NEL is white space', 'a\u0085\u0085b'],
    ['a mark before capitals stands alone', '\u0301ABC \u0301ABc'],
    ['capitals after a letter without case', '中ABC中ABc'],
  ])('%s', (_case, text) => {
    expect(pieces(pieceEnd, text)).toEqual(text.match(published));
  });

  test('looks at nothing beyond the end that it is given', () => {
    fc.assert(
      fc.property(anyScript, fc.nat(40), (text, end) => {
        const cut = text.slice(0, end).replace(/[\ud800-\udbff]$/, '');
        fc.pre(cut !== '');
        const whole = pieceEnd(unitsOf(text), 0, cut.length);
        expect(whole).toBe(pieceEnd(unitsOf(cut), 0, cut.length));
      }),
      { numRuns: runs(1500), seed: 2 },
    );
  });
});
