import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TrailingWindow } from '../../src/gate/trailing-window.ts';

interface Entry {
  readonly at: number;
  cost: number;
}

/** The window as its definition says it: no cleverness. */
function totalOf(entries: readonly Entry[], now: number, spanMs: number): number {
  const live = entries.filter(({ at }) => at > now - spanMs && at <= now);
  return live.reduce((sum, { cost }) => sum + cost, 0);
}

const steps = fc.array(
  fc.record({
    after: fc.integer({ min: 0, max: 50 }),
    cost: fc.integer({ min: 0, max: 100 }),
    removed: fc.option(
      fc.record({ back: fc.nat(10), share: fc.double({ min: 0, max: 1, noNaN: true }) }),
    ),
  }),
  { maxLength: 60 },
);

describe('a trailing window', () => {
  it('holds exactly what was entered in its span, whatever was taken back', () => {
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 200 }), (history, spanMs) => {
        const window = new TrailingWindow(1000, spanMs);
        const entries: Entry[] = [];
        let now = 0;
        for (const { after, cost, removed } of history) {
          now += after;
          window.add(cost, now);
          const same = entries.find(({ at }) => at === now);
          if (same === undefined) entries.push({ at: now, cost });
          else same.cost += cost;
          const back = removed && entries[entries.length - 1 - removed.back];
          if (removed && back) {
            const amount = back.cost * removed.share;
            window.remove(amount, back.at, now);
            back.cost -= amount;
          }
          expect(window.total(now)).toBeCloseTo(totalOf(entries, now, spanMs), 6);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('says the first moment at which a cost fits', () => {
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 150 }), (history, cost) => {
        const [max, spanMs] = [120, 100];
        const window = new TrailingWindow(max, spanMs);
        const entries: Entry[] = [];
        let now = 0;
        for (const step of history) {
          now += step.after;
          window.add(step.cost, now);
          entries.push({ at: now, cost: step.cost });
        }
        const fits = (at: number): boolean => {
          const total = totalOf(entries, at, spanMs);
          return total === 0 || total + cost <= max;
        };
        const wait = window.wait(cost, now);
        expect(fits(now + wait)).toBe(true);
        for (let earlier = now; earlier < now + wait; earlier++) expect(fits(earlier)).toBe(false);
      }),
      { numRuns: 1000 },
    );
  });

  it('lets nothing through too early when it merges entries', () => {
    const window = new TrailingWindow(10_000, 100_000);
    for (let at = 0; at < 10_000; at++) window.add(1, at);
    expect(window.total(10_000)).toBe(10_000);
    const wait = window.wait(1, 10_000);
    expect(wait).toBeGreaterThanOrEqual(90_000);
    expect(wait).toBeLessThan(90_010);
  });
});
