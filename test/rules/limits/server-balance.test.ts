import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  balanceWait,
  correctBalance,
  flowingShare,
  newServerBalance,
  type ServerBalance,
  takeFromBalance,
  usableBalance,
} from '../../../src/rules/limits/server-balance.ts';

const MINUTE = 60_000;
const LIMIT = 60_000;

function balanceOf(remaining: number): ServerBalance {
  return newServerBalance({ limit: LIMIT, remaining, sentAt: 0, takenSince: 0 }, MINUTE, 0, 0);
}

describe('the balance of the server', () => {
  it('waits until the server has room for a call', () => {
    const server = balanceOf(1000);
    expect(balanceWait(server, 1000, 0)).toBe(0);
    expect(balanceWait(server, 3000, 0)).toBe(2000);
    takeFromBalance(server, 1000, 0);
    expect(balanceWait(server, 500, 0)).toBe(500);
    expect(balanceWait(server, 500, 500)).toBe(0);
  });

  it('keeps a quarter of the headroom', () => {
    const reading = { limit: LIMIT, remaining: 5000, sentAt: 0, takenSince: 0 };
    const server = newServerBalance(reading, MINUTE, 0.2, 0);
    expect(balanceWait(server, 2000, 0)).toBe(0);
    expect(balanceWait(server, 2100, 0)).toBe(100);
  });

  it('believes a lower reading at once, and a higher one slowly', () => {
    const server = balanceOf(10_000);
    correctBalance(server, { limit: LIMIT, remaining: 4000, sentAt: 0, takenSince: 0 }, 0);
    expect(usableBalance(server, 0)).toBe(4000);
    correctBalance(server, { limit: LIMIT, remaining: 8000, sentAt: 0, takenSince: 0 }, 0);
    expect(usableBalance(server, 0)).toBe(5000);
  });

  it('counts calls sent after the reading, and what has flowed in since', () => {
    const server = balanceOf(2000);
    correctBalance(server, { limit: LIMIT, remaining: 5000, sentAt: 0, takenSince: 3000 }, 1000);
    expect(usableBalance(server, 1000)).toBe(3000);
  });

  it('finds what others use', () => {
    const server = balanceOf(LIMIT);
    let remaining = LIMIT;
    for (let now = 1000; now <= 100_000; now += 1000) {
      // A thousand flow in each second, and others take 1,400.
      remaining -= 400;
      correctBalance(server, { limit: LIMIT, remaining, sentAt: now, takenSince: 0 }, now);
      if (remaining < 20_000) remaining = 40_000;
    }
    expect(flowingShare(server)).toBeGreaterThan(0.5);
  });

  it('finds it however often it reads', () => {
    const server = balanceOf(LIMIT);
    let remaining = 20_000;
    for (let now = 5; now <= 60_000; now += 5) {
      // Five flow in, and others take three: next to nothing of sixty thousand.
      remaining += 2;
      correctBalance(server, { limit: LIMIT, remaining, sentAt: now, takenSince: 0 }, now);
    }
    expect(flowingShare(server)).toBeCloseTo(0.6, 1);
  });

  it('takes no loss for others that it has seen come back before: output of calls in flight', () => {
    const server = balanceOf(LIMIT);
    const read = (remaining: number, now: number): void =>
      correctBalance(server, { limit: LIMIT, remaining, sentAt: now, takenSince: 0 }, now);
    takeFromBalance(server, 40_000, 0);
    // Nothing of it is produced yet, and then all at once.
    for (let now = 100; now <= 3000; now += 100) read(55_000, now);
    for (let now = 3100; now <= 6000; now += 100) read(30_000, now);
    expect(flowingShare(server)).toBeLessThan(0.02);
    // What others take later is found.
    for (let now = 20_000, remaining = 30_000; now <= 60_000; now += 1000) {
      remaining -= 500;
      read(remaining, now);
    }
    expect(flowingShare(server)).toBeGreaterThan(0.9);
  });

  it('learns nothing of others from a full balance, and forgets them in time', () => {
    const server = balanceOf(40_000);
    for (let now = 1000; now <= 20_000; now += 1000) {
      correctBalance(server, { limit: LIMIT, remaining: 40_000, sentAt: now, takenSince: 0 }, now);
    }
    const known = flowingShare(server);
    expect(known).toBeGreaterThan(0.5);
    for (let now = 21_000; now <= 80_000; now += 1000) {
      correctBalance(
        server,
        { limit: LIMIT, remaining: LIMIT - 100, sentAt: now, takenSince: 0 },
        now,
      );
    }
    expect(flowingShare(server)).toBeLessThan(known / 3);
  });

  it('never waits for ever and is never NaN, whatever is read', () => {
    const reading = fc.record({
      remaining: fc.integer({ min: 0, max: 2 * LIMIT }),
      age: fc.integer({ min: 0, max: 100_000 }),
      takenSince: fc.integer({ min: 0, max: 3 * LIMIT }),
      after: fc.integer({ min: 0, max: 30_000 }),
      cost: fc.integer({ min: 0, max: LIMIT }),
    });
    fc.assert(
      fc.property(fc.array(reading, { maxLength: 50 }), (readings) => {
        const server = balanceOf(LIMIT);
        let now = 0;
        for (const { remaining, age, takenSince, after, cost } of readings) {
          now += after;
          correctBalance(server, { limit: LIMIT, remaining, sentAt: now - age, takenSince }, now);
          const wait = balanceWait(server, cost, now);
          expect(wait).toBeGreaterThanOrEqual(0);
          // The slowest refill makes up for the deepest debt that a reading can show.
          expect(wait).toBeLessThan(10 * 6 * MINUTE);
          now += wait;
          expect(balanceWait(server, cost, now)).toBe(0);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
