import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { emptyTally } from '../../../src/tokens/tokenizer/tokens-by-script.ts';
import { runs } from '../../support/runs.ts';
import { PUBLISHED_TEXTS } from '../published-examples.ts';
import { counted, pair } from './oracle.ts';
import { realTexts } from './real-files.ts';
import { anyScript } from './strings.ts';

const texts = realTexts();

describe.each([pair('o200k_base'), pair('cl100k_base')])('$name', (encoding) => {
  const count = (text: string): number => counted(encoding.counter, text).tokens;

  test('real files have as many tokens as js-tiktoken gives them', () => {
    expect(texts.length).toBeGreaterThan(200);
    const wrong = texts.filter((text) => count(text) !== encoding.expected(text));
    expect(wrong.map((text) => text.slice(0, 80))).toEqual([]);
  });

  test('any string of any scripts has as many tokens as js-tiktoken gives it', () => {
    fc.assert(
      fc.property(anyScript, (text) => count(text) === encoding.expected(text)),
      { numRuns: runs(1000), seed: 1 },
    );
  });

  test('published texts have the published number of tokens', () => {
    const here = PUBLISHED_TEXTS.filter(([name]) => name === encoding.name);
    expect(here.length).toBeGreaterThan(2);
    for (const [, text, tokens] of here) expect([text, count(text)]).toEqual([text, tokens]);
  });

  test('the name of a special token is ordinary text', () => {
    expect(count('a <|endoftext|> b')).toBe(encoding.expected('a <|endoftext|> b'));
    expect(count('a <|endoftext|> b')).toBe(encoding.name === 'o200k_base' ? 9 : 8);
  });

  test('half a surrogate pair counts as U+FFFD', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => {
        expect(count(text)).toBe(count(new TextDecoder().decode(new TextEncoder().encode(text))));
      }),
      { numRuns: runs(1000), seed: 2 },
    );
  });

  test('counting in stretches gives the same number', () => {
    for (const text of texts.slice(0, 30)) {
      const whole = count(text);
      for (const budget of [1, 100, 3000]) {
        expect(counted(encoding.counter, text, budget).tokens).toBe(whole);
      }
    }
  });

  test('a text may be cut before a space that follows something else', () => {
    for (const text of texts.slice(0, 60)) {
      const at = text.search(/(?<=\S)[ \t]/);
      if (at < 0) continue;
      const [head, tail] = [text.slice(0, at), text.slice(at)];
      expect(count(head) + count(tail)).toBe(count(text));
    }
  });
});

describe('the work', () => {
  const { counter } = pair('o200k_base');
  const CJK = '人工智能是计算机科学的一个分支它企图了解智能的实质并生产出一种新的能以人类智能相似';
  const unbroken = {
    letters: 'a',
    capitals: 'A',
    spaces: ' ',
    'line breaks': '\n',
    underscores: '_',
    digits: '7',
    Chinese: CJK,
    emoji: '😀',
    marks: '\u0301',
    'a mark, then capitals': '\u0301ABC',
    'a letter without case, then capitals': '中ABC',
    'lone surrogates': '\ud800',
    'special tokens': '<|endoftext|>',
    'a space, then a line break': ' \n',
    base64: 'iVBORw0KGgoAAAANSUhEUgAA',
  };

  test.each(Object.entries(unbroken))('is linear in an unbroken run of %s', (_name, unit) => {
    const run = (length: number): string => unit.repeat(Math.ceil(length / unit.length));
    const short = counted(counter, run(20_000)).work;
    const long = counted(counter, run(200_000)).work;
    expect(long).toBeLessThan(11 * short);
    expect(long / 200_000).toBeLessThan(150);
  });

  test('of one stretch is close to its budget, whatever the text', () => {
    fc.assert(
      fc.property(fc.constantFrom(...Object.values(unbroken)), fc.nat(5000), (unit, budget) => {
        const cursor = { text: unit.repeat(20_000), position: 0, tally: emptyTally() };
        // One block of 4,096 bytes is not interrupted.
        expect(counter.advance(cursor, budget)).toBeLessThan(budget + 250_000);
      }),
      { numRuns: 60, seed: 3 },
    );
  });
});
