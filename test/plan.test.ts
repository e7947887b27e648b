import fc from 'fast-check';
import OpenAI from 'openai';
import { beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../src/clock.ts';
import { createRateLimiter, type RateLimiter } from '../src/limiter.ts';
import type { Cost } from '../src/model/limits.ts';
import type { RateLimiterOptions } from '../src/options.ts';
import type { PlannedCall } from '../src/plan/planned-call.ts';
import { presetFor } from '../src/providers/preset-for.ts';
import { createSimulator, createVirtualClock } from '../src/testing/index.ts';
import { warmUp } from '../src/tokens/estimate.ts';
import { withRateLimit } from '../src/with-rate-limit.ts';
import { FastClock } from './support/fast-clock.ts';

const PRICES = { m: { input: 1, output: 4 } };
const bucket = { headroom: 0, enforcement: 'bucket' } as const;

function setup(options: RateLimiterOptions = {}) {
  const clock = createVirtualClock();
  return { clock, limiter: createRateLimiter({ clock, ...bucket, prices: PRICES, ...options }) };
}

function times(count: number, call: PlannedCall): PlannedCall[] {
  return Array.from({ length: count }, () => call);
}

/** When the last of these calls starts, if they are all made now. */
async function lastStart(
  clock: FastClock,
  limiter: RateLimiter,
  costs: readonly Cost[],
): Promise<number> {
  let last = clock.now();
  for (const cost of costs) {
    void limiter.acquire(cost).then(() => {
      last = clock.now();
    });
  }
  await clock.run();
  return last;
}

beforeAll(warmUp);

describe('a plan', () => {
  it('never takes less than no time, though the clock goes on while it is made', async () => {
    let now = 0;
    const { setTimeout } = systemClock;
    const clock = { setTimeout, now: () => (now += 0.04) };
    const limiter = createRateLimiter({ clock, ...bucket, limits: { rpm: 60 } });
    limiter.tryAcquire({ requests: 1 }, { model: 'm' });
    const plan = await limiter.plan(times(1, { cost: { requests: 1 }, model: 'm' }));
    expect([plan.durationMs, plan.lanes[0]?.durationMs]).toEqual([0, 0]);
  });

  it('tells how long calls take, what binds and what they cost, and changes nothing', async () => {
    const { limiter } = setup({ limits: { rpm: 60, tpm: 60_000 } });
    const cost = { inputTokens: 1500, outputTokens: 500, tokens: 2000 };
    const plan = await limiter.plan(times(100, { cost, model: 'm' }));
    expect(plan).toEqual({
      calls: 100,
      tokens: { input: 150_000, output: 50_000 },
      usd: 0.35,
      unpriced: [],
      durationMs: 140_000,
      lanes: [
        {
          lane: 'limiter/m',
          model: 'm',
          calls: 100,
          durationMs: 140_000,
          binding: 'tokens',
          limits: [
            { dimension: 'requests', max: 60, windowMs: 60_000, source: 'given' },
            { dimension: 'tokens', max: 60_000, windowMs: 60_000, source: 'given' },
          ],
          concurrency: Number.POSITIVE_INFINITY,
        },
      ],
      tooLarge: [],
    });
    expect(limiter.snapshot()).toEqual([]);
  });

  it('counts what is used already, and what waits', async () => {
    const { limiter } = setup({ limits: { rpm: 60 } });
    const calls = times(10, { cost: {} });
    for (let index = 0; index < 60; index++) await limiter.acquire({});
    const before = limiter.snapshot();
    expect(await limiter.plan(calls)).toMatchObject({ durationMs: 10_000 });
    expect(limiter.snapshot()).toEqual(before);
    for (let index = 0; index < 5; index++) limiter.acquire({}).catch(() => {});
    expect(await limiter.plan(calls)).toMatchObject({ durationMs: 15_000 });
    limiter.close();
  });

  it('leaves out calls that can never pass, and says which', async () => {
    const { limiter } = setup({ limits: { tpm: 1000 } });
    const calls = [1001, 1000, 2000].map((tokens) => ({ cost: { tokens }, model: 'm' }));
    expect(await limiter.plan(calls)).toMatchObject({
      calls: 3,
      tooLarge: [0, 2],
      tokens: { input: 1000 },
      durationMs: 0,
      lanes: [{ calls: 1 }],
    });
  });

  it('has no cost where a price is unknown, and names the models', async () => {
    const { limiter } = setup();
    const known = { cost: { inputTokens: 1e6 }, model: 'm' };
    expect(await limiter.plan([known])).toMatchObject({ usd: 1, unpriced: [] });
    const unsplit = { cost: { tokens: 10 }, model: 'm' };
    const unknown = { cost: { inputTokens: 10 }, model: 'x' };
    expect(await limiter.plan([known, unknown, unknown, unsplit])).toMatchObject({
      usd: undefined,
      unpriced: ['x', 'm'],
    });
    expect(await limiter.plan([{ cost: { usd: 3 } }])).toMatchObject({ usd: 3 });
  });

  it('plans each model’s lane by itself: the slowest tells', async () => {
    const { limiter } = setup({ limits: { a: { rpm: 60 }, b: { rpm: 600 } }, burstSeconds: 1 });
    const calls = ['a', 'b'].flatMap((model) => times(61, { cost: {}, model }));
    expect(await limiter.plan(calls)).toMatchObject({
      durationMs: 60_000,
      lanes: [
        { model: 'a', durationMs: 60_000, binding: 'requests' },
        { model: 'b', durationMs: 5100, binding: 'requests' },
      ],
    });
  });

  it('needs to know how long calls last where concurrency binds', async () => {
    const { clock, limiter } = setup({ concurrency: 2 });
    const calls = times(10, { cost: {} });
    const unknown = { durationMs: undefined, binding: 'concurrency', concurrency: 2 };
    expect(await limiter.plan(calls)).toMatchObject({ durationMs: undefined, lanes: [unknown] });
    expect(await limiter.plan(calls.slice(0, 2))).toMatchObject({ durationMs: 0 });
    const call = await limiter.acquire({});
    await clock.advance(3000);
    call.settle();
    await clock.advance(0);
    const known = { durationMs: 12_000, binding: 'concurrency' };
    expect(await limiter.plan(calls)).toMatchObject({ durationMs: 12_000, lanes: [known] });
  });

  it('begins when a pause is over, with what is left then', async () => {
    const { limiter } = setup({ limits: { rpm: 60 } });
    const shape = () => ({ enforcement: 'bucket', burstSeconds: 60 }) as const;
    const lane = limiter.core.lane({ host: 'limiter', model: 'default', shape });
    lane.feedback.refuse(await lane.acquire({ cost: {} }), 'rate', 30_000);
    expect(await limiter.plan(times(5, { cost: {} }))).toMatchObject({ durationMs: 35_000 });
  });

  it('estimates requests as a client does, and plans them in its lane', async () => {
    const { limiter } = setup({ limits: { 'gpt-4o': { rpm: 60 } }, burstSeconds: 1 });
    const body = {
      model: 'gpt-4o-mini',
      max_tokens: 100,
      messages: [{ role: 'user', content: 'hello world' }],
    };
    const call = { provider: 'openai', path: '/chat/completions', body };
    const plan = await limiter.plan([...times(3, call), { ...call, host: 'my.host' }]);
    expect(plan).toMatchObject({ calls: 4, tokens: { input: 36, output: 400 }, durationMs: 2000 });
    expect(plan.usd).toBeCloseTo((36 * 0.15 + 400 * 0.6) / 1e6, 12);
    expect(plan.lanes.map(({ lane }) => lane)).toEqual([
      'api.openai.com/gpt-4o-mini',
      'my.host/gpt-4o-mini',
    ]);
    const texts = times(3, { ...call, body: JSON.stringify(body) });
    expect(await limiter.plan([...texts, { ...call, host: 'my.host' }])).toEqual(plan);
  });

  it.each([
    [
      'gemini',
      '/v1beta/models/gemini-3.8-flash:generateContent',
      { contents: [{ parts: [{ text: 'Say hi' }] }] },
      'generativelanguage.googleapis.com/gemini-3.8-flash',
    ],
    [
      'cohere',
      '/v2/chat',
      { model: 'command-a-03-2025', message: 'Say hi' },
      'api.cohere.com/command-a-03-2025',
    ],
  ])('plans calls in the protocol of %s', async (provider, path, body, lane) => {
    const { limiter } = setup({ limits: { rpm: 60 } });
    const { lanes, tokens } = await limiter.plan([{ provider, path, body }]);
    expect(lanes.map((each) => each.lane)).toEqual([lane]);
    expect(tokens.input).toBeGreaterThan(1);
  });

  it('knows what responses have shown, of a wrapped client’s lane', async () => {
    const clock = createVirtualClock();
    const simulator = createSimulator({ provider: 'openai', limits: { rpm: 60 }, clock });
    const bare = new OpenAI({ apiKey: 'any', fetch: simulator.fetch });
    const openai = withRateLimit(bare, { clock, headroom: 0.2 });
    const body = { model: 'gpt-4o', messages: [{ role: 'user', content: 'Hi' } as const] };
    await clock.run(openai.chat.completions.create(body));
    const calls = times(100, { provider: 'openai', path: '/chat/completions', body });
    const before = clock.now();
    const { durationMs, lanes } = await openai.rateLimit.plan(calls);
    expect(lanes).toMatchObject([{ lane: 'api.openai.com/gpt-4o', binding: 'requests' }]);
    expect(lanes[0]?.limits).toContainEqual({
      dimension: 'requests',
      max: 60,
      windowMs: 60_000,
      source: 'headers',
    });
    let last = 0;
    const sent = calls.map(() =>
      openai.chat.completions.create(body).then(() => {
        last = clock.now();
      }),
    );
    await clock.run(Promise.all(sent));
    // Each response may correct what is believed to be left.
    expect(Math.abs(last - before - (durationMs ?? 0))).toBeLessThan(0.01 * (last - before));
  });

  it('can’t tell how long a lane takes of whose limits nothing is known', async () => {
    const { limiter } = setup();
    const call = { provider: 'compatible', path: '/chat/completions', body: {}, host: 'my.host' };
    expect(await limiter.plan([call])).toMatchObject({
      durationMs: undefined,
      lanes: [{ calls: 1, durationMs: undefined, binding: undefined, limits: [] }],
    });
  });

  it.each([
    ['gpt-99', 'a model that nobody knows'],
    ['gpt-4o', 'one whose account may be of any tier'],
  ])('can’t tell how long %s takes while the limits are only a guess: %s', async (model) => {
    const { limiter } = setup();
    const call = { provider: 'openai', path: '/chat/completions', body: { model } };
    const plan = await limiter.plan(times(1000, call));
    expect(plan).toMatchObject({ durationMs: undefined, lanes: [{ durationMs: undefined }] });
    expect(plan.lanes[0]?.limits.map(({ source }) => source)).toEqual(['guess', 'guess']);
    limiter.core.lane({
      host: 'api.openai.com',
      model,
      shape: () => ({ enforcement: 'bucket', burstSeconds: 60 }),
      preset: presetFor({ host: 'openai', model }),
      learns: true,
    });
    expect(await limiter.plan([call])).toMatchObject({ durationMs: undefined });
  });

  it.each(['accountTier', 'tier'])('knows the published limits by `%s`', async (name) => {
    const { limiter } = setup();
    const body = { model: 'gpt-4o' };
    const call = { provider: 'openai', path: '/chat/completions', body, [name]: 'Tier 1' };
    const { durationMs, lanes } = await limiter.plan(times(1000, call));
    expect(durationMs).toBeGreaterThan(0);
    expect(lanes[0]?.limits).toContainEqual(
      expect.objectContaining({ dimension: 'tokens', max: 30_000, source: 'published' }),
    );
  });

  it('tells of a closed limiter, which takes no other limits either', async () => {
    const { limiter } = setup();
    limiter.close();
    const closed = { name: 'HeadroomError', code: 'closed' };
    await expect(limiter.plan([])).rejects.toMatchObject(closed);
    expect(() => limiter.configure({})).toThrow(expect.objectContaining(closed));
  });

  it.each([
    [{}, 'Expected `calls` to be an array'],
    [
      [5],
      'Expected `calls[0]` to be { cost, model } or { provider, path, body, host, accountTier }',
    ],
    [[{ cost: { tokens: -1 } }], 'Expected `calls[0].cost.tokens`'],
    [[{ cost: {}, key: 'k' }], 'Unknown option `calls[0].key`; known are cost, model'],
    [
      [{ cost: {} }, { provider: 'openai', path: '/chat/completion', body: {} }],
      'Expected `calls[1].path` to be the path of a call that counts against limits',
    ],
    [[{ provider: 'openai', path: '/models', body: {} }], 'Expected `calls[0].path`'],
    [[{ cost: {} }, { provider: 'openai', body: {} }], 'Expected `calls[1].path`'],
    [
      [{ provider: 'openai', path: '/responses', body: {}, accountTier: 'teir 1' }],
      "got `teir 1` (string); did you mean 'Tier 1'?",
    ],
    [
      [{ provider: 'anthropic', path: '/messages', body: {}, tier: 'gold' }],
      'Expected `calls[0].tier` to be one of Free, Evaluation, ',
    ],
  ])('%j is an error', async (calls, message) => {
    const { limiter } = setup();
    await expect(Reflect.apply(limiter.plan, limiter, [calls])).rejects.toThrow(message);
  });

  it('holds the event loop for no more than a moment, however many calls', async () => {
    const { limiter } = setup({ limits: { rpm: 600, tpm: 100_000 }, headroom: 0.2 });
    const calls = Array.from({ length: 5000 }, (_, index) => ({
      cost: { tokens: 100 + ((index * 7919) % 900) },
    }));
    let turns = 0;
    const count = setInterval(() => turns++, 0);
    const { durationMs } = await limiter.plan(calls);
    clearInterval(count);
    expect(durationMs).toBeGreaterThan(1_800_000);
    expect(turns).toBeGreaterThan(10);
  });
});

describe('what was planned', () => {
  const limits = fc.record(
    {
      tpm: fc.integer({ min: 1000, max: 100_000 }),
      rpm: fc.integer({ min: 5, max: 500 }),
      itpm: fc.integer({ min: 1000, max: 100_000 }),
    },
    { requiredKeys: ['tpm'] },
  );
  const cost = fc.record({
    tokens: fc.oneof(fc.integer({ min: 1, max: 1000 }), fc.constant(300)),
    inputTokens: fc.integer({ min: 1, max: 900 }),
  });
  const costs = fc.oneof(
    fc.array(cost, { minLength: 1, maxLength: 100 }),
    fc
      .tuple(cost, fc.integer({ min: 1, max: 300 }))
      .map(([each, count]) => Array.from({ length: count }, () => each)),
  );

  it.each(['bucket', 'window', 'slices'] as const)('happens (%s)', async (enforcement) => {
    await fc.assert(
      fc.asyncProperty(
        limits,
        fc.constantFrom(0, 0.2),
        costs,
        costs,
        fc.nat(90_000),
        fc.nat(120),
        async (given, headroom, before, calls, pauseMs, stillWaiting) => {
          const clock = new FastClock();
          const limiter = createRateLimiter({ clock, limits: given, headroom, enforcement });
          await lastStart(clock, limiter, before);
          clock.setTimeout(() => {}, pauseMs);
          await clock.run();
          for (const each of before.slice(0, stillWaiting)) void limiter.acquire(each);
          const now = clock.now();
          const plan = await limiter.plan(calls.map((each) => ({ cost: each })));
          const last = await lastStart(clock, limiter, calls);
          expect(plan.durationMs).toBe(last - now);
        },
      ),
      { numRuns: 50 },
    );
  });
});
