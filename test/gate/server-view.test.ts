import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ServerView } from '../../src/gate/server-view.ts';

const MINUTE = 60_000;
const LIMIT = 60_000;

function view(remaining: number): ServerView {
  return new ServerView({ limit: LIMIT, remaining, sentAt: 0, takenSince: 0 }, MINUTE, 0, 0);
}

describe('the view of the server', () => {
  it('waits until the server has room for a call', () => {
    const server = view(1000);
    expect(server.wait(1000, 0)).toBe(0);
    expect(server.wait(3000, 0)).toBe(2000);
    server.take(1000, 0);
    expect(server.wait(500, 0)).toBe(500);
    expect(server.wait(500, 500)).toBe(0);
  });

  it('keeps a quarter of the headroom', () => {
    const reading = { limit: LIMIT, remaining: 5000, sentAt: 0, takenSince: 0 };
    const server = new ServerView(reading, MINUTE, 0.2, 0);
    expect(server.wait(2000, 0)).toBe(0);
    expect(server.wait(2100, 0)).toBe(100);
  });

  it('believes in less at once, and in more slowly', () => {
    const server = view(10_000);
    server.observe({ limit: LIMIT, remaining: 4000, sentAt: 0, takenSince: 0 }, 0);
    expect(server.level(0)).toBe(4000);
    server.observe({ limit: LIMIT, remaining: 8000, sentAt: 0, takenSince: 0 }, 0);
    expect(server.level(0)).toBe(5000);
  });

  it('counts what was sent after the call that brought a reading, and what has flowed in since', () => {
    const server = view(2000);
    server.observe({ limit: LIMIT, remaining: 5000, sentAt: 0, takenSince: 3000 }, 1000);
    expect(server.level(1000)).toBe(3000);
  });

  it('finds what others take, and leaves it to them', () => {
    const server = view(LIMIT);
    let remaining = LIMIT;
    for (let now = 1000; now <= 100_000; now += 1000) {
      // A thousand flow in each second, and somebody takes 1,400.
      remaining -= 400;
      server.observe({ limit: LIMIT, remaining, sentAt: now, takenSince: 0 }, now);
      if (remaining < 20_000) remaining = 40_000;
    }
    expect(server.othersShare).toBeGreaterThan(0.5);
  });

  it('finds them however often it reads', () => {
    const server = view(LIMIT);
    let remaining = 20_000;
    for (let now = 5; now <= 60_000; now += 5) {
      // Five flow in, and somebody takes three: next to nothing, of sixty thousand.
      remaining += 2;
      server.observe({ limit: LIMIT, remaining, sentAt: now, takenSince: 0 }, now);
    }
    expect(server.othersShare).toBeCloseTo(0.6, 1);
  });

  it('learns nothing of others from a full bucket, and forgets them in time', () => {
    const server = view(40_000);
    for (let now = 1000; now <= 20_000; now += 1000) {
      server.observe({ limit: LIMIT, remaining: 40_000, sentAt: now, takenSince: 0 }, now);
    }
    const known = server.othersShare;
    expect(known).toBeGreaterThan(0.5);
    for (let now = 21_000; now <= 80_000; now += 1000) {
      server.observe({ limit: LIMIT, remaining: LIMIT - 100, sentAt: now, takenSince: 0 }, now);
    }
    expect(server.othersShare).toBeLessThan(known / 3);
  });

  it('learns nothing of others from another limit, whatever that leaves', () => {
    const server = view(40_000);
    server.observe({ limit: LIMIT / 2, remaining: 10_000, sentAt: 1000, takenSince: 0 }, 1000);
    expect(server.level(1000)).toBe(10_000);
    expect(server.othersShare).toBe(0);
    // Half a thousand flows in each second now, and somebody takes as much again and 500.
    server.observe({ limit: LIMIT / 2, remaining: 9500, sentAt: 2000, takenSince: 0 }, 2000);
    expect(server.othersShare).toBeCloseTo(0.2, 6);
  });

  it('never waits for ever, and is never NaN, whatever is read', () => {
    const reading = fc.record({
      remaining: fc.integer({ min: 0, max: 2 * LIMIT }),
      age: fc.integer({ min: 0, max: 100_000 }),
      takenSince: fc.integer({ min: 0, max: 3 * LIMIT }),
      after: fc.integer({ min: 0, max: 30_000 }),
      cost: fc.integer({ min: 0, max: LIMIT }),
    });
    fc.assert(
      fc.property(fc.array(reading, { maxLength: 50 }), (readings) => {
        const server = view(LIMIT);
        let now = 0;
        for (const { remaining, age, takenSince, after, cost } of readings) {
          now += after;
          server.observe({ limit: LIMIT, remaining, sentAt: now - age, takenSince }, now);
          const wait = server.wait(cost, now);
          expect(wait).toBeGreaterThanOrEqual(0);
          // The slowest refill there is makes up for the deepest debt a reading can show.
          expect(wait).toBeLessThan(10 * 6 * MINUTE);
          now += wait;
          expect(server.wait(cost, now)).toBe(0);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
