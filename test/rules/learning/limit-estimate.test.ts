import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type LimitEstimate,
  lowerEstimate,
  newLimitEstimate,
  raiseEstimate,
} from '../../../src/rules/learning/limit-estimate.ts';

const MINUTE = 60_000;
const QUIET = { isMeasured: true, wasPaused: false, refusals: 1, isRamp: false };

function estimateOf(perMinute: number, most = Number.POSITIVE_INFINITY): LimitEstimate {
  return newLimitEstimate({ dimension: 'tokens', windowMs: MINUTE }, perMinute, most, 0);
}

/** The estimate after each of so many minutes of use without a refusal. */
function raised(estimate: LimitEstimate, minutes: number): number[] {
  return Array.from({ length: minutes }, (_, index) => {
    for (let call = 0; call < 50; call++) raiseEstimate(estimate, true, (index + 1) * MINUTE);
    return Math.round(estimate.limit);
  });
}

describe('an estimate of a limit', () => {
  it('is doubled each minute in which it was used, as long as nothing contradicts it', () => {
    expect(raised(estimateOf(100), 4)).toEqual([200, 400, 800, 1600]);
    const idle = estimateOf(100);
    raiseEstimate(idle, false, 10 * MINUTE);
    expect(idle.limit).toBe(100);
  });

  it('is never raised above what is published or given', () => {
    expect(raised(estimateOf(100, 300), 4)).toEqual([200, 300, 300, 300]);
  });

  it('is what was taken where that is less, at once', () => {
    const estimate = estimateOf(30_000_000);
    lowerEstimate(estimate, { ...QUIET, taken: 30_000 }, MINUTE);
    expect(estimate.limit).toBe(30_000);
  });

  it('is not believed to be less than half, for a minute with a pause in it', () => {
    const estimate = estimateOf(1000);
    lowerEstimate(estimate, { ...QUIET, wasPaused: true, taken: 10 }, MINUTE);
    expect(estimate.limit).toBe(500);
  });

  it('finds back quickly to four fifths of what was refused, and goes beyond it rarely', () => {
    const estimate = estimateOf(1000);
    lowerEstimate(estimate, { ...QUIET, taken: 700 }, 0);
    const minutes = raised(estimate, 30);
    expect(minutes.slice(0, 9)).toEqual([770, 800, 800, 800, 800, 800, 800, 800, 800]);
    expect(minutes[9]).toBe(880);
    expect(minutes[10]).toBe(880);
  });

  it('grows by less than half in a quarter of an hour after a ramp error', () => {
    const estimate = estimateOf(1000);
    lowerEstimate(estimate, { ...QUIET, isRamp: true, taken: 1000 }, 0);
    expect(estimate.limit).toBe(800);
    expect(raised(estimate, 15).at(-1)).toBeLessThanOrEqual(1.5 * 800);
    expect(estimate.limit).toBeGreaterThan(800);
  });

  it('is a positive number, whatever happens', () => {
    const event = fc.record({
      taken: fc.double({ min: 0, max: 1e9, noNaN: true }),
      isMeasured: fc.boolean(),
      wasPaused: fc.boolean(),
      isRamp: fc.boolean(),
      refusals: fc.nat(1000),
      after: fc.nat(10 * MINUTE),
    });
    fc.assert(
      fc.property(fc.array(event), (events) => {
        const estimate = estimateOf(Number.POSITIVE_INFINITY);
        let now = 0;
        for (const { after, ...refused } of events) {
          lowerEstimate(estimate, refused, now);
          now += after;
          raiseEstimate(estimate, true, now);
          expect(estimate.limit).toBeGreaterThanOrEqual(1);
          expect(estimate.limit).toBeLessThan(Number.POSITIVE_INFINITY);
        }
      }),
    );
  });
});
