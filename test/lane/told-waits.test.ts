import { describe, expect, it } from 'vitest';
import { createRateLimiter, type RateLimiter } from '../../src/limiter.ts';
import type { RateLimiterOptions } from '../../src/options.ts';
import type { RateLimitExceeded } from '../../src/rate-limit-exceeded.ts';
import { createVirtualClock, type VirtualClock } from '../../src/testing/index.ts';

const SHAPE = { enforcement: 'bucket', burstSeconds: 1 } as const;
const KEY = { host: 'h', model: 'm', shape: () => SHAPE } as const;

/** A clock like a computer's: it is never the same time twice, nor a whole millisecond. */
function restless(clock: VirtualClock): RateLimiterOptions['clock'] {
  let reads = 0;
  return {
    now: () => clock.now() + ++reads * 0.001,
    setTimeout: clock.setTimeout.bind(clock),
  };
}

function setup(options: RateLimiterOptions): { clock: VirtualClock; limiter: RateLimiter } {
  const clock = createVirtualClock({ start: 1000 });
  const burst = { headroom: 0, ...SHAPE };
  return { clock, limiter: createRateLimiter({ clock: restless(clock), ...burst, ...options }) };
}

async function rejection(promise: Promise<unknown>): Promise<RateLimitExceeded> {
  return promise.then(
    () => expect.unreachable('It was let through'),
    (error) => error,
  );
}

describe('the wait that is told', () => {
  it('is one that would be, not one that was, where time passes while a call is looked at', async () => {
    const { limiter } = setup({ limits: { rpm: 60 } });
    await limiter.acquire({});
    const error = await rejection(limiter.acquire({}, { maxWaitMs: 500 }));
    expect(error.message).toMatch(
      /^This call to default would wait 1 s for the limit on requests, longer than the 0\.5 s allowed$/,
    );
  });

  it('is one that was, of a call whose time is over', async () => {
    const { clock, limiter } = setup({ limits: { rpm: 60 } });
    const first = await limiter.acquire({});
    const late = rejection(limiter.acquire({}, { maxWaitMs: 1200 }));
    first.settle({ requests: 3 });
    await clock.advance(1200);
    expect((await late).message).toBe(
      'This call to default has waited 1.2 s for the limit on requests, as long as it may',
    );
  });

  it('is in whole milliseconds, and no shorter than the real one', async () => {
    const { limiter } = setup({ limits: { rpm: 61 }, tiers: { free: { rpm: 61 } } });
    const told: number[] = [];
    limiter.on('throttled', ({ waitMs }) => told.push(waitMs));
    await limiter.acquire({});
    const error = await rejection(limiter.acquire({}, { maxWaitMs: 0 }));
    const refused = limiter.tryAcquire({});
    limiter.acquire({}).catch(() => {});
    const [lane] = limiter.snapshot();
    limiter.close();
    const all = [...told, error.waitMs, error.resetAt, refused.granted ? 0.5 : refused.waitMs];
    expect([...all, lane?.etaMs].filter((ms) => !Number.isInteger(ms))).toEqual([]);
    expect(told).toEqual([968]);
    expect(Date.parse(error.toJSON().reset_at ?? '')).toBe(error.resetAt);
  });

  it('is whole for a pause, which tells the same as it begins and ends', async () => {
    const { clock, limiter } = setup({});
    const events: object[] = [];
    limiter.on('paused', ({ cause, retryAfterMs, until }) =>
      events.push({ cause, retryAfterMs, until }),
    );
    limiter.on('resumed', ({ lane: _, model: __, ...event }) => events.push(event));
    const lane = limiter.core.lane(KEY);
    lane.feedback.refuse(await lane.acquire({ cost: {} }), 'rate', 1500.4);
    void lane.acquire({ cost: {} });
    expect(lane.view.snapshot().pausedUntil).toBe(2501);
    await clock.runUntilIdle();
    const pause = { cause: 'rate', retryAfterMs: 1501, until: 2501 };
    expect(events).toEqual([pause, { ...pause, pausedMs: 1501 }]);
  });
});

it('what is left of a limit in dollars is told in cents too', async () => {
  const limits = [{ dimension: 'usd', max: 1, windowMs: 60_000 }] as const;
  const { limiter } = setup({ limits });
  await limiter.acquire({ usd: 0.4 });
  const error = await rejection(limiter.acquire({ usd: 0.9 }, { maxWaitMs: 0 }));
  expect(error).toMatchObject({ reason: 'usd', limit: 1 });
  expect(error.remaining).toBeCloseTo(0.6, 2);
  expect(error.message).toMatch(/would wait \S+ s for the limit on US dollars, and may not wait$/);
});

describe('a wait that nobody knows', () => {
  it('is told as a second behind `concurrency`, so that nobody asks again at once', async () => {
    const { limiter } = setup({ concurrency: 1 });
    await limiter.acquire({});
    expect(limiter.tryAcquire({})).toEqual({
      granted: false,
      reason: 'concurrency',
      waitMs: 1000,
    });
    const error = await rejection(limiter.acquire({}, { maxWaitMs: 0 }));
    expect(error).toMatchObject({
      waitMs: 1000,
      message:
        'This call to default would have to wait for the limit on calls in flight, and may not wait',
    });
  });

  it('is as long as calls have lately been in flight, once one has ended', async () => {
    const { clock, limiter } = setup({ concurrency: 1 });
    const first = await limiter.acquire({});
    await clock.advance(300);
    first.settle();
    await clock.advance(0);
    await limiter.acquire({});
    expect(limiter.tryAcquire({})).toMatchObject({ reason: 'concurrency', waitMs: 301 });
  });

  it('is told as a second while limits are learned, and rejects no call that may wait', async () => {
    const { clock, limiter } = setup({});
    const events: unknown[] = [];
    limiter.on('throttled', ({ reason, waitMs }) => events.push([reason, waitMs]));
    const lane = limiter.core.lane({ ...KEY, learns: true });
    const calls = [1, 2].map(() => lane.acquire({ cost: {}, maxWaitMs: 1500 }));
    await clock.advance(0);
    expect(events).toEqual([['learning', 1000]]);
    expect(lane.tryAcquire({ cost: {} })).toMatchObject({ reason: 'queue', waitMs: 1000 });
    await clock.run(Promise.all(calls));
  });
});
