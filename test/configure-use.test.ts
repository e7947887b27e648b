import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRateLimiter } from '../src/limiter.ts';
import type { Limit } from '../src/model/limits.ts';
import { FastClock } from './support/fast-clock.ts';

const SECOND = 1000;
const rate = (max: number, seconds: number, dimension: Limit['dimension'] = 'requests'): Limit => {
  return { dimension, max, windowMs: seconds * SECOND };
};

/** What an operator may switch between. */
const SETS: readonly (readonly Limit[])[] = [
  [],
  [rate(10, 60)],
  [rate(10, 60), rate(600, 60, 'tokens')],
  [rate(600, 60, 'tokens')],
  [rate(10, 59)],
  [rate(4, 10)],
  [rate(20, 60), rate(300, 30, 'inputTokens')],
  [rate(1e12, 60), rate(800, 60, 'tokens')],
];
const COST = { tokens: 100, inputTokens: 60, outputTokens: 40 };

const step = fc.record({
  afterMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 20_000 })),
  limits: fc.option(fc.constantFrom(...SETS)),
  calls: fc.integer({ min: 0, max: 12 }),
});

/** How much of what was let through falls into the window before `now`. */
function usedIn({ dimension, windowMs }: Limit, at: readonly number[], now: number): number {
  const each = dimension === 'requests' ? 1 : (COST[dimension as 'tokens'] ?? 0);
  return each * at.filter((time) => time > now - windowMs).length;
}

describe('limits that come and go', () => {
  it('remember what was used: no call goes that the limits in force have no room for', async () => {
    const steps = fc.array(step, { minLength: 2, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(steps, fc.constantFrom('window', 'slices'), async (history, enforcement) => {
        const clock = new FastClock();
        let limits: readonly Limit[] = SETS[1]!;
        const options = { headroom: 0, enforcement, clock } as const;
        const limiter = createRateLimiter({ ...options, limits });
        const went: number[] = [];
        for (const { afterMs, limits: next, calls } of history) {
          const dueAt = clock.now() + afterMs;
          clock.setTimeout(() => {}, afterMs);
          await clock.run();
          expect(clock.now()).toBe(dueAt);
          if (next !== null) limiter.configure({ limits: next });
          limits = next ?? limits;
          for (let i = 0; i < calls; i++) {
            const granted = limiter.tryAcquire(COST);
            if (!granted.granted) continue;
            granted.settle(COST);
            went.push(clock.now());
            for (const each of limits) {
              const used = usedIn(each, went, clock.now());
              expect(used).toBeLessThanOrEqual(each.max);
            }
          }
        }
      }),
      { numRuns: 200 },
    );
  });

  it.each(['window', 'bucket', 'slices'] as const)(
    'are as if nothing had been: %s',
    (enforcement) => {
      for (const between of [SETS[0]!, SETS[3]!, SETS[5]!, [rate(10, 61)], [rate(10, 3600)]]) {
        const clock = new FastClock();
        const limits = [rate(10, 60)];
        const options = { headroom: 0, enforcement, burstSeconds: 60, clock, limits };
        const limiter = createRateLimiter(options);
        const go = (): number => {
          let count = 0;
          for (let i = 0; i < 30; i++) if (limiter.tryAcquire(COST).granted) count++;
          return count;
        };
        const first = go();
        expect(first).toBeGreaterThan(0);
        limiter.configure({ limits: between });
        limiter.configure({ limits });
        expect([between, go()]).toEqual([between, 0]);
      }
    },
  );

  it('remember it also where a bucket has filled faster in between', () => {
    const clock = new FastClock();
    const options = { headroom: 0, enforcement: 'bucket', clock } as const;
    const limiter = createRateLimiter({ ...options, limits: { rpm: 10 } });
    for (let i = 0; i < 10; i++) expect(limiter.tryAcquire(COST).granted).toBe(true);
    limiter.configure({ limits: { rpm: 1e9 } });
    clock.setTimeout(() => {}, 100);
    return clock.run().then(() => {
      limiter.configure({ limits: { rpm: 10 } });
      expect(limiter.tryAcquire(COST).granted).toBe(false);
    });
  });

  it('may be infinite for a while', () => {
    const clock = new FastClock();
    const options = { headroom: 0, enforcement: 'window', clock } as const;
    const limiter = createRateLimiter({ ...options, limits: { rpm: 10, tpm: 9000 } });
    for (let i = 0; i < 10; i++) expect(limiter.tryAcquire(COST).granted).toBe(true);
    limiter.configure({ limits: { rpm: Number.POSITIVE_INFINITY, tpm: 9000 } });
    expect(limiter.tryAcquire(COST).granted).toBe(true);
    limiter.configure({ limits: { rpm: 10, tpm: 9000 } });
    expect(limiter.tryAcquire(COST).granted).toBe(false);
  });

  it('have a longer window that knows what the shorter one has counted', () => {
    const clock = new FastClock();
    const options = { headroom: 0, enforcement: 'window', clock } as const;
    const limiter = createRateLimiter({ ...options, limits: [rate(10, 60)] });
    for (let i = 0; i < 10; i++) expect(limiter.tryAcquire(COST).granted).toBe(true);
    limiter.configure({ limits: [rate(10, 61)] });
    expect(limiter.tryAcquire(COST).granted).toBe(false);
    limiter.configure({ limits: [rate(10, 86_400)] });
    expect(limiter.tryAcquire(COST).granted).toBe(false);
  });
});
