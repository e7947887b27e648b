import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Strategy, TierLimits } from '../../src/callers/terms.ts';
import { createRateLimiter, type RateLimiter } from '../../src/limiter.ts';
import type { Cost } from '../../src/model/limits.ts';
import { FastClock } from '../support/fast-clock.ts';
import { arrivals, greatestIn, schedule } from '../support/schedule.ts';

const RUNS = { numRuns: 300 };
const MINUTE_MS = 60_000;
const DAY_MS = 1440 * MINUTE_MS;
const ROUNDING = 1e-3;
const limit = fc.integer({ min: 100, max: 10_000 });

function withTier(strategy: Strategy) {
  return fc
    .tuple(limit, limit)
    .chain(([tpm]) => fc.tuple(fc.constant({ tpm, strategy }), arrivals(tpm)));
}

const ALICE = { key: 'alice', tier: 'free' } as const;

describe('a tier’s limit, for any arrivals', () => {
  it('token bucket: in t ms no more than the limit at once, and its rate · t', async () => {
    await fc.assert(
      fc.asyncProperty(withTier('token-bucket'), async ([free, calls]) => {
        const started = await schedule({ tiers: { free } }, calls, ALICE);
        expect(started).toHaveLength(calls.length);
        for (const [first, { at }] of started.entries()) {
          let sum = 0;
          for (const call of started.slice(first)) {
            sum += call.tokens;
            const most = free.tpm * (1 + (call.at - at) / MINUTE_MS);
            expect(sum).toBeLessThanOrEqual(most + ROUNDING);
          }
        }
      }),
      RUNS,
    );
  });

  it('sliding window: never more than the limit in any minute', async () => {
    await fc.assert(
      fc.asyncProperty(withTier('sliding-window'), async ([free, calls]) => {
        const started = await schedule({ tiers: { free } }, calls, ALICE);
        expect(started).toHaveLength(calls.length);
        expect(greatestIn(started, MINUTE_MS).tokens).toBeLessThanOrEqual(free.tpm + ROUNDING);
      }),
      RUNS,
    );
  });

  it('fixed window: never more than the limit in a minute by the clock', async () => {
    await fc.assert(
      fc.asyncProperty(withTier('fixed-window'), async ([free, calls]) => {
        const started = await schedule({ tiers: { free } }, calls, ALICE);
        expect(started).toHaveLength(calls.length);
        const minutes = new Map<number, number>();
        for (const { at, tokens } of started) {
          const minute = Math.floor(at / MINUTE_MS);
          minutes.set(minute, (minutes.get(minute) ?? 0) + tokens);
        }
        for (const tokens of minutes.values()) expect(tokens).toBeLessThanOrEqual(free.tpm);
      }),
      RUNS,
    );
  });

  it('fixed window: twice the limit around the full minute, which the others don’t allow', async () => {
    const calls = Array.from({ length: 20 }, (_, index) => ({
      after: index === 0 ? 59_990 : 0,
      tokens: 1,
    }));
    const inTenMs = async (strategy: Strategy): Promise<number> => {
      const tiers = { free: { rpm: 10, strategy } };
      return greatestIn(await schedule({ tiers }, calls, ALICE), 11).calls;
    };
    expect(await inTenMs('fixed-window')).toBe(20);
    expect(await inTenMs('sliding-window')).toBe(10);
    expect(await inTenMs('token-bucket')).toBe(10);
  });
});

/** A limiter with one tier, and how many calls of that cost go at once. */
function tiered(free: TierLimits) {
  const clock = new FastClock();
  const limiter = createRateLimiter({ clock, tiers: { free, other: { rpm: 1 } } });
  return { clock, limiter };
}

function grantedAtOnce(limiter: RateLimiter, cost: Cost, options: object = ALICE): number {
  let granted = 0;
  while (granted < 100) {
    const answer = limiter.tryAcquire(cost, options);
    if (!answer.granted) break;
    granted++;
  }
  return granted;
}

describe('each limit of a tier', () => {
  const COST = { inputTokens: 30, outputTokens: 10 };
  it.each([
    [{ rpm: 3 }, 3, 'requests'],
    [{ rpd: 4 }, 4, 'requests'],
    [{ tpm: 200 }, 5, 'tokens'],
    [{ tpd: 240 }, 6, 'tokens'],
    [{ itpm: 60 }, 2, 'inputTokens'],
    [{ otpm: 70 }, 7, 'outputTokens'],
    [{ concurrency: 8 }, 8, 'concurrency'],
    [{ rpm: 9, tpm: 40, concurrency: 5 }, 1, 'tokens'],
  ] as const)('%o lets %d calls through, then: %s', (free, calls, reason) => {
    for (const strategy of ['token-bucket', 'sliding-window', 'fixed-window'] as const) {
      const { limiter } = tiered({ ...free, strategy });
      expect(grantedAtOnce(limiter, COST)).toBe(calls);
      expect(limiter.tryAcquire(COST, ALICE)).toMatchObject({ granted: false, reason });
      // Every key has its own, and calls without a key share one.
      expect(grantedAtOnce(limiter, COST, { key: 'bob', tier: 'free' })).toBe(calls);
      expect(grantedAtOnce(limiter, COST, { tier: 'free' })).toBe(calls);
      expect(grantedAtOnce(limiter, COST, { tier: 'free' })).toBe(0);
      expect(grantedAtOnce(limiter, COST, { key: 'carol' })).toBe(100);
    }
  });

  it('holds for a key in all lanes together', () => {
    const { limiter } = tiered({ rpm: 3 });
    for (const model of ['a', 'b', 'c']) {
      expect(limiter.tryAcquire({}, { ...ALICE, model }).granted).toBe(true);
    }
    expect(limiter.tryAcquire({}, { ...ALICE, model: 'd' }).granted).toBe(false);
  });

  it('comes back at its rate, by the day too', async () => {
    const { limiter, clock } = tiered({ rpd: 4, strategy: 'token-bucket' });
    expect(grantedAtOnce(limiter, {})).toBe(4);
    const waited = limiter.acquire({}, ALICE);
    await clock.run();
    await waited;
    expect(clock.now()).toBe(DAY_MS / 4);
  });

  it('a slot of a key that frees in one lane lets its call in another lane go', async () => {
    const { limiter, clock } = tiered({ concurrency: 1 });
    const first = await limiter.acquire({}, { ...ALICE, model: 'a' });
    let second: string | undefined;
    void limiter.acquire({}, { ...ALICE, model: 'b' }).then(() => {
      second = `at ${clock.now()}`;
    });
    await clock.run();
    expect(second).toBeUndefined();
    first.settle();
    await clock.settle();
    expect(second).toBe('at 0');
    expect(clock.pending).toBe(0);
  });

  it('lets a key’s lanes take turns: many calls of one don’t hold up those of another', async () => {
    for (const free of [{ rpm: 6, strategy: 'sliding-window' }, { concurrency: 1 }] as const) {
      const { limiter, clock } = tiered(free);
      const models: string[] = [];
      const send = (model: string) => {
        void limiter.acquire({}, { ...ALICE, model }).then((reservation) => {
          models.push(model);
          clock.setTimeout(() => reservation.settle(), 100);
        });
      };
      for (let i = 0; i < 50; i++) send('large queue');
      for (let i = 0; i < 5; i++) send('b');
      for (let i = 0; i < 5; i++) send('c');
      await clock.run();
      expect(models).toHaveLength(60);
      expect(models.slice(0, 42).filter((model) => model === 'b')).toHaveLength(5);
      expect(models.slice(0, 42).filter((model) => model === 'c')).toHaveLength(5);
    }
  });

  it('gives back what a call has not used, and all of one that was canceled or refused upstream', () => {
    const { limiter } = tiered({ rpm: 4, tpm: 100 });
    const take = (tokens: number) => {
      const answer = limiter.tryAcquire({ tokens }, ALICE);
      if (!answer.granted) throw new Error(`Not granted: ${answer.reason}`);
      return answer;
    };
    take(90).settle({ tokens: 20 });
    take(80).cancel();
    take(80).refused();
    take(80).refused();
    take(80).settle({ tokens: 60 });
    take(20).settle();
    expect(limiter.tryAcquire({ tokens: 1 }, ALICE)).toMatchObject({ reason: 'tokens' });
    expect(limiter.tryAcquire({}, ALICE).granted).toBe(true);
    expect(limiter.tryAcquire({}, ALICE)).toMatchObject({ reason: 'requests' });
  });

  it('shares a contended lane by weight', async () => {
    const clock = new FastClock();
    const tiers = { free: {}, pro: { weight: 3 } };
    const limiter = createRateLimiter({ clock, tiers, limits: { rpm: 60 } });
    const started: string[] = [];
    for (let i = 0; i < 60; i++) {
      for (const tier of ['free', 'pro'] as const) {
        void limiter.acquire({}, { key: tier, tier }).then((reservation) => {
          started.push(tier);
          reservation.settle();
        });
      }
    }
    await clock.run();
    const pro = started.slice(0, 40).filter((tier) => tier === 'pro').length;
    expect([29, 30, 31]).toContain(pro);
  });
});

it('allowance tells what is left of each limit, and when it is whole again', async () => {
  const clock = new FastClock();
  const tiers = {
    bucket: { rpm: 6, tpm: 1000 },
    sliding: { rpm: 6, strategy: 'sliding-window' },
    fixed: { rpm: 6, strategy: 'fixed-window' },
    none: { weight: 2 },
  } as const;
  const limiter = createRateLimiter({ clock, tiers });
  clock.setTimeout(() => {}, 20_000);
  await clock.run();
  const left = async (tier: string) => {
    for (let i = 0; i < 2; i++) limiter.tryAcquire({ tokens: 50 }, { key: tier, tier });
    return limiter.allowance({ key: tier, tier });
  };
  const minute = { windowMs: MINUTE_MS };
  const requests = { dimension: 'requests', max: 6, remaining: 4, ...minute };
  expect(await left('bucket')).toEqual([
    { ...requests, resetAt: 40_000 },
    { dimension: 'tokens', max: 1000, remaining: 900, resetAt: 26_000, ...minute },
  ]);
  expect(await left('sliding')).toEqual([{ ...requests, resetAt: 80_000 }]);
  expect(await left('fixed')).toEqual([{ ...requests, resetAt: 60_000 }]);
  expect(await left('none')).toEqual([]);
  expect(await limiter.allowance({ key: 'new', tier: 'sliding' })).toMatchObject([
    { remaining: 6, resetAt: 20_000 },
  ]);
  await expect(limiter.allowance({ tier: 'nope' })).rejects.toThrow(TypeError);
});

describe('a key that its own limits hold back', () => {
  const call = fc.record({
    after: fc.integer({ min: 0, max: 20_000 }),
    key: fc.constantFrom('a', 'b', 'c', 'd'),
    tokens: fc.integer({ min: 1, max: 100 }),
    priority: fc.integer({ min: 0, max: 2 }),
    flightMs: fc.integer({ min: 0, max: 9000 }),
    model: fc.constantFrom('x', 'y'),
  });
  const strategy = fc.constantFrom('token-bucket', 'sliding-window', 'fixed-window' as const);
  const tier = fc.record({
    rpm: fc.integer({ min: 1, max: 20 }),
    tpm: fc.integer({ min: 100, max: 400 }),
    concurrency: fc.integer({ min: 1, max: 3 }),
    strategy,
  });

  it('never holds up another: each starts its calls as if it were alone', async () => {
    await fc.assert(
      fc.asyncProperty(tier, fc.array(call, { maxLength: 30 }), async (free, calls) => {
        const play = async (only?: string): Promise<string[]> => {
          const clock = new FastClock();
          const limiter = createRateLimiter({ clock, tiers: { free: free as TierLimits } });
          const started: string[] = [];
          let due = 0;
          for (const [index, each] of calls.entries()) {
            due += each.after;
            if (only !== undefined && each.key !== only) continue;
            const { key, priority, model, tokens } = each;
            clock.setTimeout(() => {
              const options = { key, tier: 'free', priority, model };
              void limiter.acquire({ tokens }, options).then((reservation) => {
                started.push(`${clock.now()} ${key} ${index}`);
                clock.setTimeout(() => reservation.settle(), each.flightMs);
              });
            }, due);
          }
          await clock.run();
          return started;
        };
        const together = await play();
        expect(together).toHaveLength(calls.length);
        for (const key of ['a', 'b', 'c', 'd']) {
          const own = together.filter((line) => line.split(' ')[1] === key);
          expect(own).toEqual(await play(key));
        }
      }),
      { numRuns: 200 },
    );
  });

  it('is no reason to refuse another’s call, however many such keys wait', async () => {
    const clock = new FastClock();
    const limiter = createRateLimiter({
      clock,
      limits: { rpm: 1_000_000 },
      enforcement: 'bucket',
      maxQueue: 500,
      tiers: { free: { rpm: 1 } },
    });
    for (let key = 0; key < 500; key++) {
      const options = { key: String(key), tier: 'free' };
      (await limiter.acquire({}, options)).settle();
      void limiter.acquire({}, options);
    }
    await clock.settle();
    expect(limiter.snapshot()[0]?.queued).toBe(500);
    const reservation = await limiter.acquire({}, { key: 'me', maxWaitMs: 0 });
    expect(reservation.granted).toBe(true);
    await clock.run();
  });
});

it('keys and priorities cost a lane nothing: it starts as many calls at each moment as in one line', async () => {
  const call = fc.record({
    after: fc.integer({ min: 0, max: 1500 }),
    key: fc.constantFrom('a', 'b', 'c', undefined),
    tier: fc.constantFrom('free', 'pro'),
    priority: fc.integer({ min: 0, max: 2 }),
    abortedAfter: fc.option(fc.integer({ min: 0, max: 4000 }), { freq: 4 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(call, { maxLength: 50 }), async (calls) => {
      const clock = new FastClock();
      const tiers = { free: {}, pro: { weight: 4 } };
      const limiter = createRateLimiter({
        clock,
        limits: { rpm: 60 },
        headroom: 0,
        enforcement: 'bucket',
        burstSeconds: 2,
        tiers,
      });
      const events: ('waits' | 'goes')[] = [];
      let [due, waiting, level, at] = [0, 0, 2, 0];
      const flow = (): void => {
        level = Math.min(2, level + (clock.now() - at) / 1000);
        at = clock.now();
      };
      for (const { after, abortedAfter, ...options } of calls) {
        due += after;
        clock.setTimeout(() => {
          const controller = new AbortController();
          waiting++;
          const done = limiter.acquire({}, { ...options, signal: controller.signal });
          void done.then(
            () => {
              flow();
              level--;
              waiting--;
              events.push('goes');
            },
            () => void waiting--,
          );
          if (abortedAfter !== null) clock.setTimeout(() => controller.abort(), abortedAfter);
        }, due);
      }
      // A millisecond after anything has happened, nobody waits for whom there is room.
      for (let time = 1; time < due + 60_000; time += 500) {
        clock.setTimeout(() => {
          flow();
          expect(waiting > 0 && level >= 1 + ROUNDING).toBe(false);
          expect(level).toBeGreaterThanOrEqual(-ROUNDING);
        }, time + 0.5);
      }
      await clock.run();
      expect(waiting).toBe(0);
      expect(clock.pending).toBe(0);
    }),
    { numRuns: 150 },
  );
});
