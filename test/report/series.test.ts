import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Series } from '../../src/report/series.ts';

it('never has more spans than it may, loses nothing, and keeps them in order, side by side', () => {
  const steps = fc.array(fc.integer({ min: 0, max: 10_000_000 }), { maxLength: 200 });
  fc.assert(
    fc.property(steps, fc.integer({ min: 2, max: 12 }), (all, most) => {
      const series = new Series(most);
      let now = 1_000_000;
      for (const step of all) {
        now += step;
        series.at(now).requests++;
        expect(series.buckets.length).toBeLessThanOrEqual(most);
        const last = series.buckets.at(-1);
        expect(now - (last?.at ?? 0)).toBeLessThan(series.widthMs);
      }
      const { buckets, widthMs } = series;
      expect(buckets.reduce((sum, { requests }) => sum + requests, 0)).toBe(all.length);
      for (const [index, { at }] of buckets.entries()) {
        expect(at).toBe((buckets[0]?.at ?? 0) + index * widthMs);
      }
    }),
  );
});
