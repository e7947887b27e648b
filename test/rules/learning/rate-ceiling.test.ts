import { expect, it } from 'vitest';
import { newRateCeiling, noteCut, raisedUnder } from '../../../src/rules/learning/rate-ceiling.ts';

const MINUTE = 60_000;

it('a rate that was refused once is raised at leisure', () => {
  const ceiling = newRateCeiling();
  noteCut(ceiling, { before: 1, to: 0.8, refusals: 9 }, 0);
  noteCut(ceiling, { before: 0.8, to: 0.64, refusals: 9 }, 1000);
  expect(raisedUnder(ceiling, 0.64, 0.7, MINUTE)).toBe(0.7);
});

it('a rate that was raised and refused again is raised to below that, and beyond by schedule', () => {
  const ceiling = newRateCeiling();
  noteCut(ceiling, { before: 1, to: 0.5, refusals: 0 }, 0);
  noteCut(ceiling, { before: 0.75, to: 0.5, refusals: 0 }, 2 * MINUTE);
  expect(raisedUnder(ceiling, 0.5, 0.55, 3 * MINUTE)).toBe(0.55);
  expect(raisedUnder(ceiling, 0.55, 0.75, 4 * MINUTE)).toBeCloseTo(0.6);
  expect(raisedUnder(ceiling, 0.8 * 0.75, 0.7, 5 * MINUTE)).toBeUndefined();
  expect(raisedUnder(ceiling, 0.8 * 0.75, 0.7, 12 * MINUTE)).toBeCloseTo(0.66);
});

it('a refusal long after the last one is another story', () => {
  const ceiling = newRateCeiling();
  noteCut(ceiling, { before: 1, to: 0.5, refusals: 0 }, 0);
  noteCut(ceiling, { before: 1, to: 0.5, refusals: 0 }, 20 * MINUTE);
  expect(raisedUnder(ceiling, 0.9, 0.99, 21 * MINUTE)).toBe(0.99);
});
