import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  enterWindow,
  giveBack,
  newWindow,
  scaleWindow,
  windowTotal,
  windowWait,
} from '../../../src/rules/limits/limit-window.ts';
import { limitWindow } from '../../../src/rules/limits/limits-codec.ts';
import { stored } from './stored.ts';

interface Entry {
  readonly at: number;
  cost: number;
}

/** The window by its definition. */
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
  it('holds exactly what was entered in its span, less what was given back', () => {
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 200 }), (history, spanMs) => {
        const window = newWindow({ max: 1000, spanMs });
        const entries: Entry[] = [];
        let now = 0;
        for (const { after, cost, removed } of history) {
          now += after;
          enterWindow(window, cost, now);
          const same = entries.find(({ at }) => at === now);
          if (same === undefined) entries.push({ at: now, cost });
          else same.cost += cost;
          const back = removed && entries[entries.length - 1 - removed.back];
          if (removed && back) {
            const amount = back.cost * removed.share;
            giveBack(window, amount, back.at, now);
            back.cost -= amount;
          }
          expect(windowTotal(window, now)).toBeCloseTo(totalOf(entries, now, spanMs), 6);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('tells the first moment at which a cost fits', () => {
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 150 }), (history, cost) => {
        const [max, spanMs] = [120, 100];
        const window = newWindow({ max, spanMs });
        const entries: Entry[] = [];
        let now = 0;
        for (const step of history) {
          now += step.after;
          enterWindow(window, step.cost, now);
          entries.push({ at: now, cost: step.cost });
        }
        const fits = (at: number): boolean => {
          const total = totalOf(entries, at, spanMs);
          return total === 0 || total + cost <= max;
        };
        const wait = windowWait(window, cost, 0, now);
        expect(fits(now + wait)).toBe(true);
        for (let earlier = now; earlier < now + wait; earlier++) expect(fits(earlier)).toBe(false);
      }),
      { numRuns: 1000 },
    );
  });

  it('admits nothing too early when it merges entries', () => {
    const window = newWindow({ max: 10_000, spanMs: 100_000 });
    for (let at = 0; at < 10_000; at++) enterWindow(window, 1, at);
    expect(windowTotal(window, 10_000)).toBe(10_000);
    expect(window.entries.length).toBeLessThanOrEqual(4096);
    const wait = windowWait(window, 1, 0, 10_000);
    expect(wait).toBeGreaterThanOrEqual(90_000);
    expect(wait).toBeLessThan(90_010);
  });

  it('has at most one entry more than its slots, with a resolution', () => {
    const window = newWindow({ max: 1e9, spanMs: 60_000 }, 12);
    for (let now = 0; now < 200_000; now += 10) {
      enterWindow(window, 1, now);
      expect(window.entries.length).toBeLessThanOrEqual(13);
    }
  });

  it('scales all that was entered', () => {
    const window = newWindow({ max: 100, spanMs: 1000 });
    enterWindow(window, 40, 0);
    enterWindow(window, 20, 500);
    scaleWindow(window, 0.5, 600);
    expect([windowTotal(window, 600), windowTotal(window, 1000)]).toEqual([30, 10]);
  });

  it('is read from a store as it was written', () => {
    fc.assert(
      fc.property(steps, fc.integer({ min: 0, max: 20 }), (history, slots) => {
        const window = newWindow({ max: 1000, spanMs: 100 }, slots);
        let now = 1e12;
        for (const { after, cost } of history) {
          now += after;
          enterWindow(window, cost, now);
        }
        expect(stored(limitWindow, window, now)).toEqual(window);
      }),
    );
  });
});
