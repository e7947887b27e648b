import fc from 'fast-check';
import { expect, it } from 'vitest';
import { AutoWindow } from '../../src/batch/window.ts';

/** What a limiter may have under way at each look, and how many calls went since. */
const looks = fc.array(fc.record({ limited: fc.nat(1_000_000), went: fc.nat(100_000) }), {
  minLength: 1,
  maxLength: 50,
});

it('is never above 10,000 items, nor below 32 that wait, whatever goes', () => {
  fc.assert(
    fc.property(looks, (list) => {
      const load = { limited: 0, inFlight: 0, calls: 0 };
      const window = new AutoWindow(() => load);
      for (const { limited, went } of list) {
        load.limited = limited;
        load.calls += went;
        window.look();
        expect(window.size).toBeLessThanOrEqual(10_000);
        expect(window.size).toBeGreaterThanOrEqual(Math.min(10_000, limited + 32));
      }
    }),
  );
});

it('has twice as many calls wait as went since the last look, and fewer again when fewer go', () => {
  const load = { limited: 5, inFlight: 5, calls: 0 };
  const window = new AutoWindow(() => load);
  load.calls = 200;
  window.look();
  expect(window.size).toBe(405);
  load.calls = 210;
  window.look();
  expect(window.size).toBe(37);
});
