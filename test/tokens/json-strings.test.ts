import { expect, test } from 'vitest';
import { JsonStrings } from '../../src/tokens/json-strings.ts';

const code = (index: number): string => `const a${index} = "b";\n`.repeat(1000);

test('a string is written once, and in slices', () => {
  const strings = new JsonStrings();
  const slices = strings.slicesOf(code(1));
  expect(`"${slices?.join('')}"`).toBe(JSON.stringify(code(1)));
  expect(slices?.length).toBeGreaterThan(1);
  expect(strings.slicesOf(code(1))).toBe(slices);
});

test('those that were not used for longest are forgotten', () => {
  const strings = new JsonStrings();
  const [first, second] = [strings.slicesOf(code(1)), strings.slicesOf(code(2))];
  for (let index = 3; index < 300; index += 1) {
    strings.slicesOf(code(index));
    strings.slicesOf(code(1));
  }
  expect(strings.slicesOf(code(1))).toBe(first);
  expect(strings.slicesOf(code(2))).not.toBe(second);
});

test('a very long one is not kept', () => {
  expect(new JsonStrings().slicesOf(code(1).repeat(3))).toBeUndefined();
});
