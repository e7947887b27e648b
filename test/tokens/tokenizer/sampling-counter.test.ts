import { describe, expect, test } from 'vitest';
import { SamplingCounter } from '../../../src/tokens/tokenizer/sampling-counter.ts';
import { corpora } from '../corpora.ts';
import { counted, pair } from './oracle.ts';

const { counter } = pair('o200k_base');
const sampler = new SamplingCounter(counter);
const TEXTS = corpora();
const LENGTH = 8_200_000;
/** So much of a text is counted exactly; the rest repeats it. */
const COUNTED = 150_000;

function times(text: string, length: number): number {
  return Math.ceil(length / text.length);
}

const mixed = Object.values(TEXTS)
  .map((text) => text.slice(0, 150_000))
  .join('\n');

describe('of a text of 8 million characters, excerpts give the number of tokens within 1 %:', () => {
  test.each([
    ['prose', TEXTS.prose],
    ['code', TEXTS.code],
    ['Japanese', TEXTS.Japanese],
    ['of all kinds in turn', mixed],
    ['of one character', 'a'],
  ])('%s', (_kind, text) => {
    const part = text.repeat(times(text, COUNTED));
    const whole = part.repeat(times(part, LENGTH));
    const exact = times(part, LENGTH) * counted(counter, part).tokens;
    const sampled = counted(sampler, whole);
    expect(Math.abs(sampled.tokens / exact - 1)).toBeLessThan(0.01);
    expect(counted(sampler, whole, 1000).tokens).toBeCloseTo(sampled.tokens, 3);
  });
});

test('half of a surrogate pair at the end of an excerpt does no harm', () => {
  expect(counted(sampler, '😀'.repeat(20_000)).tokens).toBeGreaterThan(10_000);
});
