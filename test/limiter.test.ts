import { describe, expect, it } from 'vitest';
import { CallTooLarge, HeadroomError } from '../src/errors.ts';
import { createRateLimiter, type RateLimiter } from '../src/limiter.ts';
import type { RateLimiterOptions } from '../src/options.ts';
import { RateLimitExceeded } from '../src/rate-limit-exceeded.ts';
import { createVirtualClock, type VirtualClock } from '../src/testing/index.ts';

function setup(options: RateLimiterOptions = {}): { clock: VirtualClock; limiter: RateLimiter } {
  const clock = createVirtualClock();
  const burst = { headroom: 0, enforcement: 'bucket' } as const;
  return { clock, limiter: createRateLimiter({ clock, ...burst, ...options }) };
}

describe('a rate limiter', () => {
  it('tells of each call that is held back, with the reason and the expected wait', async () => {
    const { clock, limiter } = setup({ limits: { rpm: 60, tpm: 6000 }, burstSeconds: 1 });
    const events: unknown[] = [];
    limiter.on('throttled', (event) => events.push(event));
    const options = { model: 'm', key: 'alice' };
    void limiter.acquire({ tokens: 100 }, options);
    void limiter.acquire({ tokens: 300 }, options);
    void limiter.acquire({ tokens: 10 }, options);
    await clock.runUntilIdle();
    const common = {
      lane: 'limiter/m',
      model: 'm',
      callId: expect.any(String),
      key: 'alice',
      attempt: 1,
      reason: 'requests',
      limitOf: 'lane',
    };
    // An idle bucket has saved enough for one call that is larger than its burst.
    expect(events).toEqual([
      { ...common, waitMs: 1000, queued: 1 },
      { ...common, waitMs: 2000, queued: 2 },
    ]);
  });

  it('lets a call that is larger than the burst go at once, where nothing else has gone', async () => {
    const clock = createVirtualClock();
    const limiter = createRateLimiter({ clock, limits: { tpm: 60_000 } });
    const large = { tokens: 40_000 };
    expect((await limiter.acquire(large, { maxWaitMs: 0 })).granted).toBe(true);
    await expect(limiter.acquire(large, { maxWaitMs: 0 })).rejects.toThrow(RateLimitExceeded);
  });

  it('can be logged: its parts are neither listed nor a circle', async () => {
    const { limiter } = setup({ limits: { rpm: 1 } });
    await limiter.acquire({});
    expect(Object.keys(limiter)).not.toContain('core');
    expect(JSON.parse(JSON.stringify(limiter))).toHaveProperty('calibration.version');
  });

  it('opens a lane for each model, and tells of its limits', async () => {
    const { limiter } = setup({
      limits: { a: { rpm: 1 }, b: { rpm: 2, concurrency: 5 } },
      concurrency: 4,
    });
    const events: unknown[] = [];
    limiter.on('limits', (event) => events.push(event));
    await limiter.acquire({}, { model: 'a' });
    await limiter.acquire({}, { model: 'b' });
    await limiter.acquire({}, { model: 'c' });
    const requests = (max: number) => ({
      dimension: 'requests',
      max,
      windowMs: 60_000,
      source: 'given',
    });
    const common = { concurrency: 4, lowered: [], othersShare: 0 };
    expect(events).toEqual([
      { lane: 'limiter/a', model: 'a', limits: [requests(1)], ...common },
      { lane: 'limiter/b', model: 'b', limits: [requests(2)], ...common },
      { lane: 'limiter/c', model: 'c', limits: [], ...common },
    ]);
  });

  it('rejects a call that can never pass at once, with its evidence, and tells so', async () => {
    const { limiter } = setup({ limits: { tpm: 1000 } });
    const events: unknown[] = [];
    limiter.on('rejected', (event) => events.push(event));
    const error = await limiter
      .acquire({ tokens: 1001 }, { model: 'm' })
      .catch((each: unknown) => each);
    expect(error).toBeInstanceOf(CallTooLarge);
    expect(error).toBeInstanceOf(HeadroomError);
    expect(error).toMatchObject({
      name: 'CallTooLarge',
      code: 'call_too_large',
      message:
        'This call to m costs 1001 tokens, more than the limit of 1000 per 60 s: it can never pass',
      dimension: 'tokens',
      cost: 1001,
      limit: 1000,
      windowMs: 60_000,
    });
    const told = { lane: 'limiter/m', model: 'm', callId: expect.any(String) };
    expect(events).toEqual([{ ...told, key: undefined, error }]);
  });

  it('says without waiting whether a call may go', async () => {
    const { clock, limiter } = setup({ limits: { rpm: 60 }, burstSeconds: 1, concurrency: 2 });
    const first = limiter.tryAcquire({});
    expect(first.granted).toBe(true);
    expect(limiter.tryAcquire({})).toEqual({ granted: false, reason: 'requests', waitMs: 1000 });
    void limiter.acquire({});
    expect(limiter.tryAcquire({})).toEqual({ granted: false, reason: 'queue', waitMs: 2000 });
    await clock.runUntilIdle();
    expect(limiter.tryAcquire({})).toMatchObject({ granted: false, reason: 'concurrency' });
    if (first.granted) first.settle();
    await clock.advance(1000);
    expect(limiter.tryAcquire({}).granted).toBe(true);
    expect(() => setup({ limits: { tpm: 1 } }).limiter.tryAcquire({ tokens: 2 })).toThrow(
      CallTooLarge,
    );
  });

  it('gives the place back when a waiting call is aborted, with the signal’s reason', async () => {
    const { clock, limiter } = setup({ limits: { rpm: 60 }, burstSeconds: 1 });
    await limiter.acquire({});
    const abort = new AbortController();
    const aborted = limiter.acquire({}, { signal: abort.signal });
    const next = limiter.acquire({}).then(() => clock.now());
    abort.abort('enough');
    await expect(aborted).rejects.toBe('enough');
    expect(await clock.run(next)).toBe(1000);
    expect(limiter.snapshot()[0]).toMatchObject({ queued: 0, inFlight: 2, etaMs: 0 });
    expect(clock.pending).toBe(0);
    const late = limiter.acquire({}, { signal: AbortSignal.abort('too late') });
    await expect(late).rejects.toBe('too late');
  });

  it('looks at the line once when thousands of calls are aborted in one go', async () => {
    const clock = createVirtualClock();
    let looks = 0;
    const now = (): number => {
      looks++;
      return clock.now();
    };
    const counting = { now, setTimeout: clock.setTimeout.bind(clock) };
    const limiter = createRateLimiter({ clock: counting, limits: { rpm: 60 } });
    await limiter.acquire({});
    const abort = new AbortController();
    const waiting = Array.from({ length: 5000 }, () =>
      limiter.acquire({}, { signal: abort.signal }),
    );
    const settled = Promise.allSettled(waiting);
    looks = 0;
    abort.abort();
    expect((await settled).every(({ status }) => status === 'rejected')).toBe(true);
    expect(looks).toBeLessThan(20);
    expect(limiter.snapshot()[0]).toMatchObject({ queued: 0, inFlight: 1 });
    expect(clock.pending).toBe(0);
  });

  it('shows what it does', async () => {
    const { clock, limiter } = setup({ limits: { rpm: 60, tpm: 1200 }, burstSeconds: 2 });
    const one = await limiter.acquire({ tokens: 30 }, { model: 'm' });
    void limiter.acquire({ tokens: 30 }, { model: 'm' });
    one.settle({ inputTokens: 12, outputTokens: 3 });
    const [lane] = limiter.snapshot();
    expect(lane).toMatchObject({
      lane: 'limiter/m',
      model: 'm',
      othersShare: 0,
      concurrency: Number.POSITIVE_INFINITY,
      queued: 1,
      inFlight: 0,
      pausedUntil: undefined,
      etaMs: 250,
      limits: [
        { dimension: 'requests', max: 60, windowMs: 60_000, level: 1, remaining: 59 },
        { dimension: 'tokens', max: 1200, windowMs: 60_000, level: 25, remaining: 1185 },
      ],
    });
    await clock.runUntilIdle();
    expect(limiter.snapshot()[0]).toMatchObject({
      queued: 0,
      inFlight: 1,
      totals: { calls: 2, refused: 0 },
    });
  });

  it('counts a call that has ended in flight no longer, at once', async () => {
    const { limiter } = setup();
    const [one, other] = [await limiter.acquire({}), await limiter.acquire({})];
    const inFlight = () => limiter.snapshot()[0]?.inFlight;
    one.settle();
    one.cancel();
    expect(inFlight()).toBe(1);
    other.cancel();
    expect(inFlight()).toBe(0);
  });

  it('drains: resolves when all that was let through has ended', async () => {
    const { clock, limiter } = setup({ limits: { rpm: 60 }, burstSeconds: 1 });
    for (let call = 0; call < 3; call++) {
      void limiter.acquire({}).then((granted) => clock.setTimeout(() => granted.settle(), 500));
    }
    expect(await clock.run(limiter.drain().then(() => clock.now()))).toBe(2500);
  });

  it('closes: rejects what waits and all that comes, and leaves no timer', async () => {
    const { clock, limiter } = setup({ limits: { rpm: 60 }, burstSeconds: 1 });
    await limiter.acquire({});
    const waiting = limiter.acquire({});
    limiter.close();
    const closed = { code: 'closed', name: 'HeadroomError' };
    await expect(waiting).rejects.toMatchObject(closed);
    await expect(limiter.acquire({})).rejects.toMatchObject(closed);
    await expect(limiter.acquire({}, { model: 'new' })).rejects.toMatchObject(closed);
    expect(clock.pending).toBe(0);
  });

  it('rejects costs and options that are none', async () => {
    const { limiter } = setup();
    const cost = (given: unknown): Promise<unknown> => limiter.acquire(given as never);
    await expect(cost({ tokens: -1 })).rejects.toThrow(
      'Expected `cost.tokens` to be a number, 0 or more, got `-1`',
    );
    await expect(cost({ token: 1 })).rejects.toThrow(
      'Unknown option `cost.token`; known are requests, tokens',
    );
    await expect(cost(5)).rejects.toThrow('Expected `cost` to be { requests, tokens');
    await expect(limiter.acquire({}, { pirority: 1 } as never)).rejects.toThrow(
      'Unknown option `pirority`',
    );
  });

  it.each([
    [5, 'Expected `options` to be { model, key, tier'],
    [null, 'Expected `options` to be { model, key, tier'],
    [{ model: 5 }, 'Expected `model` to be a string, got `5` (number)'],
    [{ model: '' }, "Expected `model` to be a string that isn't empty"],
    [{ key: '' }, "Expected `key` to be a string that isn't empty, got `` (string)"],
    [{ signal: 5 }, 'Expected `signal` to be an AbortSignal, got `5` (number)'],
    [{ signal: new AbortController() }, 'got `AbortController` (object)'],
  ])('names what can’t be used of a call’s options: %j', async (options, message) => {
    const { limiter } = setup();
    const given = options as never;
    await expect(limiter.acquire({}, given)).rejects.toThrow(TypeError);
    await expect(limiter.acquire({}, given)).rejects.toThrow(message);
    const isForBoth = options === null || typeof options !== 'object' || !('signal' in options);
    if (isForBoth) expect(() => limiter.tryAcquire({}, given)).toThrow(TypeError);
    expect(limiter.snapshot()).toEqual([]);
  });

  it('names what is missing where nobody’s allowance is asked for', async () => {
    const { limiter } = setup();
    await expect(Reflect.apply(limiter.allowance, limiter, [])).rejects.toThrow(
      'Expected `caller` to be { key, tier }, got `undefined`',
    );
  });
});

describe('a cost of input and output alone', () => {
  it('is one of tokens as well', async () => {
    const { limiter } = setup({ limits: { tpm: 1000 } });
    const split = { inputTokens: 300, outputTokens: 300 };
    expect(limiter.tryAcquire(split).granted).toBe(true);
    expect(limiter.tryAcquire(split)).toMatchObject({ granted: false, reason: 'tokens' });
    await expect(limiter.acquire({ inputTokens: 900, outputTokens: 101 })).rejects.toThrow(
      CallTooLarge,
    );
    expect(limiter.tryAcquire({ inputTokens: 400 }).granted).toBe(true);
    expect(limiter.tryAcquire({ outputTokens: 1 }).granted).toBe(false);
  });

  it('may leave dimensions undefined', () => {
    const { limiter } = setup({ limits: { rpm: 1, tpm: 1000 } });
    const cost = { requests: undefined, tokens: undefined, inputTokens: 5 } as never;
    expect(limiter.tryAcquire(cost).granted).toBe(true);
    expect(limiter.tryAcquire({}).granted).toBe(false);
  });
});

describe('a clock of one’s own', () => {
  const timers = new Map<number, () => void>();
  const later = (callback: () => void): number => timers.set(timers.size, callback).size - 1;
  it.each([
    ['a handle of a timer', { setTimeout: (run: () => void, ms: number) => setTimeout(run, ms) }],
    ['nothing', { setTimeout: (run: () => void, ms: number) => void setTimeout(run, ms) }],
    [
      'a handle for its own `clearTimeout`',
      { setTimeout: later, clearTimeout: (id: number) => timers.delete(id) },
    ],
  ])('may return %s', async (_, timer) => {
    const limits = { rpm: 60 };
    const clock = { now: () => Date.now(), ...timer } as never;
    const limiter = createRateLimiter({ clock, limits, enforcement: 'bucket', burstSeconds: 1 });
    (await limiter.acquire({})).settle();
    const controller = new AbortController();
    const waiting = limiter.acquire({}, { signal: controller.signal });
    controller.abort(new Error('Enough'));
    await expect(waiting).rejects.toThrow('Enough');
    limiter.close();
    expect(timers.size).toBe(0);
  });

  it('runs nothing that was canceled, though it can’t be', async () => {
    const late: (() => void)[] = [];
    const clock = { now: () => 0, setTimeout: (run: () => void) => void late.push(run) };
    const limiter = createRateLimiter({ clock, limits: { rpm: 1 }, enforcement: 'bucket' });
    (await limiter.acquire({})).settle();
    const waiting = limiter.acquire({}, { maxWaitMs: 90_000 });
    limiter.close();
    await expect(waiting).rejects.toMatchObject({ code: 'closed' });
    expect(late.length).toBeGreaterThan(0);
    for (const run of late.splice(0)) run();
    expect(late).toEqual([]);
  });
});

describe('a call that has used less than it reserved', () => {
  const enforcements = ['bucket', 'window', 'slices'] as const;
  const tiers = ['token-bucket', 'sliding-window', 'fixed-window'] as const;
  /** As in real time, no two looks at the clock see the same. */
  const ticking = () => {
    let now = 1_000_000;
    const later = (): (() => void) => () => {};
    return { now: () => (now += 0.001), setTimeout: later };
  };

  it.each(enforcements)('gives the rest back in real time, where that is a %s', async (kind) => {
    const limits = kind === 'slices' ? { tpm: 60_000 } : { tpm: 1000 };
    const limiter = createRateLimiter({ clock: ticking(), headroom: 0, limits, enforcement: kind });
    for (let i = 0; i < 10; i++) {
      const reservation = await limiter.acquire({ tokens: 200 });
      reservation.settle({ tokens: 5 });
    }
    limiter.close();
  });

  it.each(tiers)('gives the rest back to its key in real time, by %s', async (strategy) => {
    const tiers = { free: { tpm: 1000, strategy } };
    const limiter = createRateLimiter({ clock: ticking(), tiers });
    for (let i = 0; i < 100; i++) {
      const reservation = await limiter.acquire({ tokens: 900 }, { key: 'ann', tier: 'free' });
      reservation.settle({ tokens: 1 });
    }
    limiter.close();
  });
});

describe('a reservation that is settled with nonsense', () => {
  it.each([
    [
      5,
      'Expected `usage` to be { requests, tokens, inputTokens, outputTokens, usd }, got `5` (number)',
    ],
    [null, 'Expected `usage` to be { requests'],
    [{ tokens: -1 }, 'Expected `usage.tokens` to be a number, 0 or more, got `-1` (number)'],
    [{ tokens: 'x' }, 'Expected `usage.tokens` to be a number, 0 or more, got `x` (string)'],
    [{ total_tokens: 40 }, 'Unknown option `usage.total_tokens`; known are requests, tokens'],
  ])('says so and goes on, so that `finally` can cancel it: %j', async (usage, message) => {
    const { limiter } = setup({ limits: { tpm: 100 } });
    const reservation = await limiter.acquire({ tokens: 40 });
    const level = () => limiter.snapshot()[0]?.limits[0]?.level;
    expect(() => reservation.settle(usage as never)).toThrow(TypeError);
    expect(() => reservation.settle(usage as never)).toThrow(message);
    expect(level()).toBe(60);
    reservation.cancel();
    expect(level()).toBe(100);
  });

  it('may say nothing, or nothing of a dimension: that keeps what was reserved', async () => {
    const { limiter } = setup({ limits: { tpm: 100 } });
    (await limiter.acquire({ tokens: 40 })).settle();
    (await limiter.acquire({ tokens: 10 })).settle({ tokens: undefined } as never);
    expect(limiter.snapshot()[0]?.limits[0]?.level).toBe(50);
  });
});

describe('RateLimitExceeded', () => {
  const error = new RateLimitExceeded({
    message: 'No room',
    reason: 'paused',
    waitMs: 1200,
    limit: 500,
    remaining: 0,
    resetAt: Date.UTC(2026, 0, 2, 3, 4, 5),
  });

  it('is the body of a 429', () => {
    expect(JSON.parse(JSON.stringify(error))).toEqual({
      error: 'rate_limit_exceeded',
      message: 'No room',
      retry_after_seconds: 2,
      limit: 500,
      remaining: 0,
      reset_at: '2026-01-02T03:04:05.000Z',
    });
  });

  it('that nobody can tell the end of is a body and a response all the same', async () => {
    const never = new RateLimitExceeded({
      message: 'No room',
      reason: 'concurrency',
      waitMs: Number.POSITIVE_INFINITY,
      resetAt: Number.POSITIVE_INFINITY,
    });
    const unknown = { retry_after_seconds: null, limit: null, remaining: null, reset_at: null };
    expect(never.toJSON()).toMatchObject(unknown);
    const response = never.toResponse();
    expect(Object.fromEntries(response.headers)).toEqual({ 'content-type': 'application/json' });
    expect(await response.json()).toMatchObject(unknown);
  });

  it('is a whole response', async () => {
    const response = error.toResponse();
    expect(response.status).toBe(429);
    expect(Object.fromEntries(response.headers)).toEqual({
      'content-type': 'application/json',
      'retry-after': '2',
      'x-ratelimit-limit': '500',
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': String(Date.UTC(2026, 0, 2, 3, 4, 5) / 1000),
    });
    expect(await response.json()).toEqual(error.toJSON());
  });
});
