import { expect, test } from 'vitest';
import { WarmUp } from '../../../src/tokens/tokenizer/warm-up.ts';
import { pair } from './oracle.ts';

test('counts one short text at a step, so that it never takes long itself, and comes to an end', () => {
  const { counter } = pair('o200k_base');
  const counted: string[] = [];
  const warmUp = new WarmUp({
    advance: (cursor, budget) => {
      counted.push(cursor.text);
      return counter.advance(cursor, budget);
    },
  });
  const perStep: number[] = [];
  while (!warmUp.done) {
    const before = counted.length;
    warmUp.step(2000);
    perStep.push(counted.length - before);
  }
  expect(perStep.length).toBeGreaterThan(40);
  expect(Math.max(...perStep)).toBe(1);
  expect(Math.max(...counted.map((text) => text.length))).toBeLessThan(700);
});
