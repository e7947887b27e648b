import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bucketOf, byTheClock, byTheMinute, byTheSecond, type Run, run } from './unknown-hosts.ts';

const HOUR_MS = 3_600_000;

const runs: fc.Arbitrary<Run> = fc.record({
  rpm: fc.constantFrom(20, 60, 100, 500, 3000),
  calls: fc.integer({ min: 1, max: 400 }),
  answerMs: fc.constantFrom(60, 200, 900, 4000),
  seed: fc.nat(),
});

describe('an unknown host, of any limit and latency', () => {
  it('that counts by the second refuses two calls an hour, to be found out', () => {
    fc.assert(
      fc.property(runs, fc.nat(999), (each, offsetMs) => {
        const { refused, ms } = run(byTheSecond(each.rpm, offsetMs), each);
        expect(refused).toBeLessThanOrEqual(2 * Math.ceil(ms / HOUR_MS));
      }),
      { numRuns: 40 },
    );
  });

  it('refuses two calls an hour, though they leave some time after their grant, as with a store', () => {
    const late = fc.record({ each: runs, sentWithinMs: fc.constantFrom(20, 100, 250) });
    fc.assert(
      fc.property(late, fc.nat(999), ({ each, sentWithinMs }, offsetMs) => {
        const { refused, ms } = run(byTheSecond(each.rpm, offsetMs), { ...each, sentWithinMs });
        expect(refused).toBeLessThanOrEqual(2 * Math.ceil(ms / HOUR_MS));
      }),
      { numRuns: 40 },
    );
  });

  // A burst that begins where the one before did in its second may lie at the same border of two.
  it.each([
    [{ rpm: 300, calls: 109, answerMs: 60, seed: 782_703 }, 947],
    [{ rpm: 300, calls: 163, answerMs: 60, seed: 532_229 }, 944],
  ])('is not found out by two bursts at the border of two seconds: %o', (each, offsetMs) => {
    expect(run(byTheSecond(each.rpm, offsetMs), each).refused).toBeLessThanOrEqual(2);
  });

  it('that counts by the minute refuses none', () => {
    fc.assert(
      fc.property(runs, (each) => {
        const { refused } = run(byTheMinute(each.rpm), each);
        expect(refused).toBe(0);
      }),
      { numRuns: 40 },
    );
  });

  it('whose bucket holds ten seconds refuses two calls an hour', () => {
    fc.assert(
      fc.property(runs, (each) => {
        const { refused, ms } = run(bucketOf(10, each.rpm), each);
        expect(refused).toBeLessThanOrEqual(2 * Math.ceil(ms / HOUR_MS));
      }),
      { numRuns: 40 },
    );
  });

  it('that answers late is known by what it has not refused two seconds later', () => {
    const late = { rpm: 500, calls: 300, answerMs: 5000, seed: 1 };
    expect(run(byTheMinute(500), late).ms).toBeLessThanOrEqual(13_000);
  });

  it('lets go at once what the limit has room for, after two round trips and a second', () => {
    const quick = { rpm: 500, calls: 400, answerMs: 200, seed: 1 };
    expect(run(byTheMinute(500), quick).ms).toBeLessThanOrEqual(2500);
  });
});

/** A round trip for each of three bursts, and the seconds in which they lie. */
const TRIALS_MS = 2500;

describe('calls at once to an unknown host, by the rate of its limit', () => {
  const common = { answerMs: 300, seed: 1 };
  const idealMs = ({ rpm, calls }: Pick<Run, 'rpm' | 'calls'>): number =>
    (calls * 60_000) / (0.8 * rpm);

  it.each([
    [60, 24],
    [300, 200],
    [500, 300],
    [1000, 300],
    [1200, 300],
    [1500, 300],
    [3000, 200],
    [30_000, 300],
  ])('of %i requests a minute: %i calls', (rpm, calls) => {
    const each = { ...common, rpm, calls };
    // At higher rates, two calls beyond a second's share would tell nothing.
    const isTried = rpm < 2000;
    for (const server of [bucketOf(60, rpm), byTheMinute(rpm), byTheClock(rpm)]) {
      const { ms, refused } = run(server, each);
      expect(refused).toBe(0);
      expect(ms).toBeLessThanOrEqual(isTried ? TRIALS_MS : Math.max(1000, 1.15 * idealMs(each)));
    }
    for (const server of [byTheSecond(rpm, 333), bucketOf(1, rpm), bucketOf(10, rpm)]) {
      const { ms, refused } = run(server, each);
      expect(refused).toBeLessThanOrEqual(2);
      expect(ms).toBeLessThanOrEqual(Math.max(1000, 2 * idealMs(each)));
    }
  });

  it('a bucket of ten seconds is no larger than it is because calls arrive over some time', () => {
    for (const [rpm, calls] of [
      [500, 150],
      [2000, 400],
      [3000, 600],
    ] as const) {
      for (let seed = 1; seed <= 3; seed++) {
        const { refused } = run(bucketOf(10, rpm), { ...common, rpm, calls, seed });
        expect(refused).toBeLessThanOrEqual(2);
      }
    }
  });
});
