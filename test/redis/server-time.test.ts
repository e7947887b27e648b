import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ServerTime } from '../../src/redis/server-time.ts';

it('knows nothing before an answer', () => {
  expect(new ServerTime().of(1000)).toBeUndefined();
});

it('is wrong by no more than half the fastest round trip', () => {
  const trips = fc.array(fc.record({ there: fc.nat(200), back: fc.nat(200) }), { minLength: 1 });
  fc.assert(
    fc.property(trips, fc.integer({ min: -1e9, max: 1e9 }), (history, offset) => {
      const time = new ServerTime();
      let now = 0;
      for (const { there, back } of history) {
        time.learn(now, now + there + back, now + there + offset);
        now += there + back + 10;
      }
      const least = Math.min(...history.map(({ there, back }) => there + back));
      expect(Math.abs((time.of(now) ?? 0) - now - offset)).toBeLessThanOrEqual(least / 2 + 1e-3);
    }),
  );
});

it('believes another server at once, whose clock is another', () => {
  const time = new ServerTime();
  time.learn(0, 1, 5000);
  time.learn(100, 140, 100_000);
  expect(time.of(200)).toBe(100_080);
});

it('follows a clock that drifts', () => {
  const time = new ServerTime();
  time.learn(0, 1, 0.5);
  time.learn(70_000, 70_004, 70_003);
  expect(time.of(70_010)).toBe(70_011);
});
