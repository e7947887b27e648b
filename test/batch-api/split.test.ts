import fc from 'fast-check';
import { expect, it } from 'vitest';
import { splitFor } from '../../src/batch-api/split.ts';

const HOUR = 3_600_000;

it('leaves all to batches while all can still go live in time', () => {
  // An hour live, of six: 10 minutes are for batches to be canceled, 3 for the plan's error.
  expect(splitFor(HOUR, 6 * HOUR)).toEqual({
    liveShare: 0,
    fallbackMs: 6 * HOUR - 600_000 - 1.05 * HOUR,
  });
});

it('sends live at once what can go live in time, where not all can', () => {
  const { liveShare, fallbackMs } = splitFor(12 * HOUR, 6 * HOUR);
  expect(liveShare).toBeCloseTo(0.5 / 1.05, 12);
  expect(fallbackMs).toBe(undefined);
});

it('never plans more live than fits before any deadline', () => {
  const ms = fc.double({ min: 1, max: 1e9, noNaN: true });
  fc.assert(
    fc.property(ms, ms, (liveMs, deadlineMs) => {
      const { liveShare, fallbackMs } = splitFor(liveMs, deadlineMs);
      expect(liveShare).toBeGreaterThanOrEqual(0);
      expect(liveShare).toBeLessThanOrEqual(1);
      const liveAfter = fallbackMs === undefined ? liveShare * liveMs : fallbackMs + liveMs;
      expect(liveAfter).toBeLessThanOrEqual(deadlineMs);
    }),
  );
});
