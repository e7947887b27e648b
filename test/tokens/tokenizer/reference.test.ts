import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { runs } from '../../support/runs.ts';
import { everyFile } from './every-file.ts';
import { counted, pair } from './oracle.ts';
import { reference } from './reference.ts';
import { anyScript } from './strings.ts';

const files = everyFile();

/** Also what is white space to Rust and not to JavaScript, and the other way round. */
const anyText: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: anyScript },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 60 }) },
  { weight: 2, arbitrary: fc.string({ unit: 'grapheme', maxLength: 60 }) },
  { weight: 1, arbitrary: fc.array(fc.constantFrom(...'\u0085\ufeff aA\n中.1')).map(joined) },
  { weight: 1, arbitrary: fc.tuple(fc.constantFrom(...'aA _\n.中😀0'), fc.nat(400)).map(run) },
);

function joined(characters: readonly string[]): string {
  return characters.join('');
}

function run([character, length]: [string, number]): string {
  return character.repeat(length);
}

describe.each([pair('o200k_base'), pair('cl100k_base')])('$name', ({ name, counter }) => {
  const expected = reference(name);
  const count = (text: string): number => counted(counter, text).tokens;

  test('whole files of every installed package have as many tokens as tiktoken gives them', () => {
    expect(files.length).toBeGreaterThanOrEqual(1500);
    const wrong = files.filter((text) => count(text) !== expected(text));
    expect(wrong.map((text) => text.slice(0, 80))).toEqual([]);
  });

  test('strings of all scripts have as many tokens as tiktoken gives them', () => {
    fc.assert(
      fc.property(anyText, (text) => count(text) === expected(text)),
      { numRuns: runs(4000), seed: 1 },
    );
  });

  test.each([
    ['letters', 'a'],
    ['capitals', 'A'],
    ['spaces', ' '],
    ['line breaks', '\n'],
    ['underscores', '_'],
    ['punctuation', '!?.:-=+*/#'],
    ['letters of all kinds', 'qzjxkvbpygfwmucldrhsnioate'],
    ['Chinese', '人工智能是计算机科学的一个分支它企图了解智能的实质'],
    ['Japanese', 'これはテストの文章です日本語のテキストを数える'],
    ['emoji', '😀🎉🚀👍'],
    ['lone surrogates', '\ud800'],
    ['Cyrillic', 'искусственныйинтеллект'],
  ])('of an unbroken run of %s above the bound, it is within 1 %%', (_what, unit) => {
    const text = unit.repeat(Math.ceil(9000 / unit.length));
    const exact = expected(text);
    expect(Math.abs(count(text) - exact)).toBeLessThanOrEqual(0.01 * exact);
  });
});
