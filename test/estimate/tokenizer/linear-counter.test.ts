import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LinearCounter } from '../../../src/estimate/tokenizer/linear-counter.ts';
import { counted, pair } from './oracle.ts';
import { realTexts } from './real-files.ts';
import { anyScript } from './strings.ts';

const linear = new LinearCounter();

describe('the estimate without a vocabulary', () => {
  const { counter } = pair('o200k_base');
  const share = (text: string): number =>
    counted(linear, text).tokens / counted(counter, text).tokens;

  test('is within 5 % of the exact number for files of many kinds together', () => {
    expect(share(realTexts().join('\n'))).toBeCloseTo(1, 1);
  });

  test.each([
    [
      'English',
      'It is a truth universally acknowledged, that a single man in possession of a good ',
    ],
    ['Chinese', '人工智能是计算机科学的一个分支，它企图了解智能的实质，并生产出一种新的智能机器。'],
    ['Japanese', 'これはテストの文章です。日本語のテキストを数えるための例として使われます。'],
    ['Korean', '이것은 한국어 문장의 예입니다. 토큰의 수를 세기 위해 사용됩니다. '],
    [
      'Russian',
      'Искусственный интеллект позволяет решать творческие задачи, как это делает человек. ',
    ],
    ['emoji', 'party 😀 time 🎉 now 🚀 and 👍 more '],
    ['digits', '12 345 6789 0.25 2026-11-22 '],
  ])('is within a third for %s', (_script, text) => {
    const ratio = share(text.repeat(10));
    expect(ratio).toBeGreaterThan(2 / 3);
    expect(ratio).toBeLessThan(4 / 3);
  });
});

test('does not depend on the stretches that a text is read in', () => {
  fc.assert(
    fc.property(anyScript, fc.integer({ min: 1, max: 20 }), (text, budget) => {
      const stretches = counted(linear, text, budget);
      expect(stretches.tokens).toBeCloseTo(counted(linear, text).tokens, 9);
      expect(stretches.work).toBe(text.length);
    }),
    { seed: 1 },
  );
});

test('is never negative', () => {
  fc.assert(
    fc.property(anyScript, (text) => counted(linear, text).tokens >= 0),
    { seed: 2 },
  );
});
