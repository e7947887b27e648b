import fc from 'fast-check';
import { expect, test } from 'vitest';
import { goDuration } from '../../src/testing/go-duration.ts';

/** As seen in OpenAI's and Groq's headers and messages (compiled 2026-11-22). */
test.each([
  [0, '0s'],
  [17, '17ms'],
  [1_000, '1s'],
  [2_363, '2.363s'],
  [8_640, '8.64s'],
  [20_000, '20s'],
  [179_560, '2m59.56s'],
  [360_000, '6m0s'],
  [432_000, '7m12s'],
  [5_011_000, '1h23m31s'],
  [86_400_000, '24h0m0s'],
])('%i ms is %s', (ms, text) => {
  expect(goDuration(ms)).toBe(text);
});

test('any duration adds up to what it was made of', () => {
  fc.assert(
    fc.property(fc.nat(100_000_000), (ms) => {
      const units = { h: 3_600_000, m: 60_000, s: 1_000, ms: 1 };
      const parts = [...goDuration(ms).matchAll(/([\d.]+)(ms|h|m|s)/g)];
      const sum = parts.reduce((total, [, amount, unit]) => {
        return total + Number(amount) * units[unit as keyof typeof units];
      }, 0);
      expect(Math.round(sum)).toBe(ms);
    }),
  );
});
