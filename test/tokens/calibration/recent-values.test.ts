import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RecentValues } from '../../../src/tokens/calibration/recent-values.ts';

const values = fc.array(fc.integer({ min: -20, max: 20 }), { maxLength: 40 });

test('a quantile is that of the last values, in whatever order they came', () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  const check = (before: number[], added: number[], share: number): void => {
    const recent = new RecentValues(8, before);
    for (const value of added) recent.add(value);
    const last = [...before.slice(-8), ...added].slice(-8);
    const sorted = last.toSorted((one, other) => one - other);
    expect(recent.toJSON()).toEqual(last);
    expect(recent.quantile(share)).toBe(sorted[Math.max(0, Math.ceil(share * last.length) - 1)]);
  };
  fc.assert(fc.property(values, values, share, check));
});
