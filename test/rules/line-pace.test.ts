import { describe, expect, it } from 'vitest';
import { linePaceOf } from '../../src/rules/line-pace.ts';

describe('the pace of a line', () => {
  it('is what each unit takes', () => {
    const amounts = Array.from({ length: 80 }, () => 2);
    const waits = amounts.map((_, index) => 100 + 20 * index);
    const { msPerUnit, offsetMs } = linePaceOf(waits, amounts)!;
    // The first call goes after a tenth of a second, which each unit bears a part of.
    expect(msPerUnit).toBeCloseTo((100 + 20 * 59) / 120, 9);
    for (const at of [40, 60, 79]) {
      expect(2 * at * msPerUnit + offsetMs).toBeGreaterThan(0.9 * (waits[at] ?? 0));
      expect(2 * at * msPerUnit + offsetMs).toBeLessThan(1.1 * (waits[at] ?? 0));
    }
  });

  it('is ahead of the line by the large calls that small ones pass', () => {
    const amounts = Array.from({ length: 80 }, (_, index) => (index % 10 === 0 ? 50 : 5));
    // The large ones go last.
    const small = (index: number): number =>
      amounts.slice(0, index + 1).filter((each) => each === 5).length;
    const waits = amounts.map((each, index) => (each === 5 ? 50 * small(index) : 1e6));
    const { msPerUnit, offsetMs } = linePaceOf(waits, amounts)!;
    expect(msPerUnit).toBeCloseTo(10, 0);
    expect(offsetMs).toBeLessThan(0);
  });

  it('is not told of a line that stands still', () => {
    const amounts = Array.from({ length: 80 }, () => 1);
    expect(
      linePaceOf(
        amounts.map(() => Number.POSITIVE_INFINITY),
        amounts,
      ),
    ).toBeUndefined();
    expect(linePaceOf([], amounts)).toBeUndefined();
    expect(
      linePaceOf(
        amounts,
        amounts.map(() => 0),
      ),
    ).toBeUndefined();
  });
});
