import { expect, test } from 'vitest';
import { inWords, wholeMs } from '../src/duration.ts';
import { roughly } from '../src/rough-duration.ts';

test.each([
  [0.3, '0.001 s'],
  [15, '0.015 s'],
  [1500, '1.5 s'],
  [9999, '9.999 s'],
  [59_000.2, '60 s'],
  [60_000, '60 s'],
  [7_199_000, '7199 s'],
  [7_200_000, '2 h'],
  [86_400_000, '24 h'],
  [7_300_000, '2.1 h'],
])('%d ms read %s', (ms, text) => {
  expect(inWords(ms)).toBe(text);
});

test.each([
  [0, '0 s'],
  [15, '0.015 s'],
  [3405, '3.4 s'],
  [9960, '10 s'],
  [119_000, '119 s'],
  [120_000, '2 min'],
  [686_000, '11 min'],
  [7_200_000, '2 h'],
  [86_400_000, '24 h'],
])('%d ms are roughly %s', (ms, text) => {
  expect(roughly(ms)).toBe(text);
});

test.each([
  [0, 0],
  [-5, 0],
  [0.2, 1],
  [1000, 1000],
  [1000.000_000_000_1, 1000],
  [Date.UTC(2026, 0, 1) + 0.3 + 1500 - (Date.UTC(2026, 0, 1) + 0.3), 1500],
  [Date.UTC(2026, 0, 1) + 0.7 + 33.3 - (Date.UTC(2026, 0, 1) + 0.7), 34],
  [1000.01, 1001],
  [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
])('%d ms are told as %d, never too short, whatever rounding has added', (ms, whole) => {
  expect(wholeMs(ms)).toBe(whole);
});
