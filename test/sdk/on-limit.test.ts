import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { runAs } from '../../src/callers/run-as.ts';
import { QueueFull } from '../../src/errors.ts';
import type { DegradedEvent } from '../../src/events.ts';
import { createRateLimiter } from '../../src/limiter.ts';
import { RateLimitExceeded } from '../../src/rate-limit-exceeded.ts';
import type { OwnLimiterOptions, SharedLimiterOptions } from '../../src/rate-limit-options.ts';
import { createSimulator, createVirtualClock } from '../../src/testing/index.ts';
import { type LimitableClient, withRateLimit } from '../../src/with-rate-limit.ts';
import { inNoTime, json, NOTHING, outcome, scripted, simulated, underWay } from './bench.ts';
import { type Fetch, sdks } from './sdks.ts';

const messages = [{ role: 'user' as const, content: 'Hello' }];

describe.each(sdks)('$name, onLimit', (sdk) => {
  const limiter = { limits: { rpm: 60 }, enforcement: 'bucket', burstSeconds: 1 } as const;

  it('reject: sends nothing, says when, and leaks nothing', async () => {
    const bench = simulated(sdk, {}, { limiter: { ...limiter, headroom: 0 } });
    const client = withRateLimit(bench.bare, { limiter: bench.limiter, onLimit: 'reject' });
    const { clock } = bench;
    await clock.run(sdk.ask(client));
    const [how, error] = await clock.run(outcome(sdk.ask(client)));
    expect(how).toBe('failed');
    expect(error).toBeInstanceOf(RateLimitExceeded);
    if (!(error instanceof RateLimitExceeded)) return;
    expect(error).toMatchObject({ reason: 'requests', waitMs: 1000, limit: 60, remaining: 0 });
    expect(error.message).toMatch(/ would wait 1 s for the limit on requests, and may not wait$/);
    const response = error.toResponse();
    expect(response.status).toBe(429);
    expect(Object.fromEntries(response.headers)).toEqual({
      'content-type': 'application/json',
      'retry-after': '1',
      'x-ratelimit-limit': '60',
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': '1',
    });
    const body = {
      error: 'rate_limit_exceeded',
      message: error.message,
      retry_after_seconds: 1,
      limit: 60,
      remaining: 0,
      reset_at: '1970-01-01T00:00:01.000Z',
    };
    expect(await response.json()).toEqual(body);
    expect(JSON.parse(JSON.stringify(error))).toEqual(body);
    expect(bench.simulator.stats().requests).toBe(1);
    expect(underWay(bench.limiter)).toEqual(NOTHING);
    expect(clock.pending).toBe(0);
    await clock.advance(1000);
    await clock.run(sdk.ask(client));
  });

  it('maxWaitMs: lets a call wait as long, and rejects at once what would wait longer', async () => {
    const bench = simulated(sdk, {}, { limiter: { ...limiter, headroom: 0 } });
    const client = withRateLimit(bench.bare, { limiter: bench.limiter, maxWaitMs: 2000 });
    const ends = Array.from({ length: 5 }, () =>
      outcome(sdk.ask(client)).then(([how]) => `${bench.clock.now()} ${how}`),
    );
    expect(await bench.clock.run(Promise.all(ends))).toEqual([
      '0 ok',
      '1000 ok',
      '2000 ok',
      '0 failed',
      '0 failed',
    ]);
    expect(underWay(bench.limiter)).toEqual(NOTHING);
    expect(bench.clock.pending).toBe(0);
  });

  it('one call can be another’s, with runAs, and its streams and helpers too', async () => {
    const bench = simulated(
      sdk,
      {},
      {
        limiter: { limits: { rpm: 6000 }, enforcement: 'bucket', tiers: { free: { rpm: 1 } } },
      },
    );
    const keys: (string | undefined)[] = [];
    bench.limiter.on('usage', ({ key }) => keys.push(key));
    const free = { tier: 'free', onLimit: 'reject' } as const;
    const ask = (key: string) => runAs({ key, ...free }, () => outcome(sdk.ask(bench.client)));
    const stream = (key: string) =>
      runAs({ key, ...free }, async () => {
        for await (const _ of await sdk.stream(bench.client));
      });
    await bench.clock.run(Promise.all([ask('a'), stream('b'), sdk.ask(bench.client)]));
    expect(keys.toSorted()).toEqual(['a', 'b', undefined]);
    const [, error] = await bench.clock.run(ask('b'));
    expect(error).toMatchObject({ code: 'rate_limit_exceeded', reason: 'requests', limit: 1 });
    const [, unknown] = await bench.clock.run(
      runAs({ tier: 'fre' }, () => outcome(sdk.ask(bench.client))),
    );
    expect(unknown).toBeInstanceOf(TypeError);
  });

  it('a 429 from upstream takes nothing of the caller’s own limits, and its call keeps its place', async () => {
    const answers = [
      () =>
        new Response('{"error":{"message":"Slow.","type":"rate_limit_error"}}', {
          status: 429,
          headers: { 'retry-after': '1', 'content-type': 'application/json' },
        }),
      json(sdk.answer),
    ];
    const clock = createVirtualClock();
    const { fetch, seen } = scripted(clock, ...answers);
    const tiers = { free: { rpd: 2 } };
    const limits = { rpm: 6000 };
    const shared = createRateLimiter({ clock, tiers, limits, maxQueue: 0 });
    const options = { limiter: shared, key: 'a', tier: 'free' };
    const client = inNoTime(withRateLimit(sdk.make({ fetch }), options), clock);
    await clock.run(sdk.ask(client));
    await clock.advance(1000);
    await clock.run(sdk.ask(client));
    expect(seen).toHaveLength(3);
    expect(shared.tryAcquire({}, { key: 'a', tier: 'free' }).granted).toBe(false);
    expect(underWay(shared)).toEqual(NOTHING);
  });
});

it('a heavy user delays the first call of each other one by what is in flight', async () => {
  const clock = createVirtualClock();
  const upstream = createSimulator({ clock, latency: { firstByteMs: 100 } });
  const limiter = createRateLimiter({
    clock,
    limits: { rpm: 500, concurrency: 20 },
    enforcement: 'bucket',
    tiers: { pro: { weight: 4 }, free: {} },
  });
  const bare = new OpenAI({ apiKey: 'key', fetch: upstream.fetch, logLevel: 'off' });
  const answered: string[] = [];
  const send = async (key: string, tier: string): Promise<void> => {
    await withRateLimit(bare, { limiter, key, tier }).chat.completions.create({
      model: 'gpt-4o',
      messages,
    });
    answered.push(key);
  };
  const users = Array.from({ length: 10 }, (_, user) => `light ${user}`);
  const heavy = Array.from({ length: 200 }, () => send('heavy', 'pro'));
  await clock.run(Promise.all([...heavy, ...users.map((user) => send(user, 'free'))]));
  // Twenty of the heavy one's are in flight, and one more starts beside the first calls of all.
  expect(answered.slice(20, 31).toSorted()).toEqual(['heavy', ...users]);
});

it('maxQueue: one more is rejected, but never one that need not wait, nor one that comes again', async () => {
  const clock = createVirtualClock();
  const limiter = createRateLimiter({ clock, maxQueue: 1, concurrency: 1 });
  const first = await limiter.acquire({});
  const second = limiter.acquire({});
  const third = await limiter.acquire({}).catch((error: unknown) => error);
  expect(third).toBeInstanceOf(QueueFull);
  expect(third).toMatchObject({
    code: 'queue_full',
    maxQueue: 1,
    message: '1 call already waits for default: no more may wait',
  });
  expect(limiter.tryAcquire({})).toMatchObject({ granted: false, reason: 'queue' });
  first.settle();
  (await second).settle();
  await clock.runUntilIdle();
  const none = createRateLimiter({ clock, maxQueue: 0 });
  expect((await none.acquire({})).granted).toBe(true);
  none.configure({ concurrency: 1 });
  await expect(none.acquire({})).rejects.toThrow(
    'This call to default would have to wait, and no call may wait',
  );
});

it('a call whose forecast was too good is rejected when its time is over, and gives all back', async () => {
  const clock = createVirtualClock();
  const tiers = { free: { concurrency: 1 } };
  const limiter = createRateLimiter({ clock, tiers });
  const rejected: unknown[] = [];
  limiter.on('rejected', ({ key, error }) => rejected.push([clock.now(), key, error.message]));
  const alice = { key: 'alice', tier: 'free' };
  const first = await limiter.acquire({}, alice);
  const ends = [1500, 2500].map((maxWaitMs) =>
    outcome(limiter.acquire({}, { ...alice, maxWaitMs })),
  );
  const instant = await outcome(limiter.acquire({}, { ...alice, maxWaitMs: 0 }));
  expect(instant[1]).toMatchObject({ reason: 'concurrency', waitMs: 1000, limit: 1, remaining: 0 });
  const [one] = await Promise.all([clock.run(ends[0]!), clock.advance(0)]);
  expect(one[1]).toMatchObject({ code: 'rate_limit_exceeded', reason: 'concurrency', limit: 1 });
  expect(clock.now()).toBe(1500);
  first.settle();
  const [how, reservation] = await clock.run(ends[1]!);
  expect([how, clock.now()]).toEqual(['ok', 1500]);
  expect(clock.pending).toBe(0);
  expect(reservation).toMatchObject({ granted: true });
  expect(rejected).toEqual([
    [
      0,
      'alice',
      "This call to default would wait 1 s for its key's limit on calls in flight, and may not wait",
    ],
    [
      1500,
      'alice',
      "This call to default has waited 1.5 s for its key's limit on calls in flight, as long as it may",
    ],
  ]);
});

/** What a client asked for, and what went over the wire. */
async function lowered<T>(
  make: (options: { apiKey: string; fetch: Fetch }) => LimitableClient,
  options: SharedLimiterOptions,
  send: (client: T) => PromiseLike<unknown>,
  provider: 'openai' | 'anthropic' = 'openai',
) {
  const clock = createVirtualClock();
  const simulator = createSimulator({ provider, clock });
  const bodies: Record<string, unknown>[] = [];
  const fetch: Fetch = async (url, init) => {
    bodies.push(JSON.parse(String(init?.body)));
    return simulator.fetch(url, init);
  };
  const limiter = createRateLimiter({
    clock,
    headroom: 0,
    enforcement: 'bucket',
    limits: { tpm: 10_000 },
    tiers: { free: { tpm: 1000, otpm: 1000 } },
  });
  const told: DegradedEvent[] = [];
  limiter.on('degraded', (event) => told.push(event));
  const lowered: DegradedEvent[] = [];
  limiter.on('outputLowered', (event) => lowered.push(event));
  // The client is what `make` has made.
  const client = withRateLimit(make({ apiKey: 'key', fetch }), {
    limiter,
    key: 'alice',
    onLimit: 'degrade',
    ...options,
  }) as T;
  const result = await clock.run(outcome(send(client)));
  expect(lowered).toEqual(told);
  return { body: bodies[0], bodies, told, result, at: clock.now(), limiter };
}

/** What two calls to an unknown host go with, the second one `afterMs` later. */
async function askedTwice(
  options: OwnLimiterOptions,
  maxTokens: number,
  afterMs: number,
): Promise<{ bodies: unknown[]; told: DegradedEvent[] }> {
  const clock = createVirtualClock();
  const latency = { firstByteMs: 2 * afterMs, perTokenMs: 0 };
  const simulator = createSimulator({ provider: 'openai', clock, latency });
  const bodies: unknown[] = [];
  const fetch: Fetch = async (url, init) => {
    bodies.push(JSON.parse(String(init?.body)).max_tokens);
    return simulator.fetch(url, init);
  };
  const baseURL = 'http://unknown.test/v1';
  const client = withRateLimit(openai({ apiKey: 'key', baseURL, fetch }), { clock, ...options });
  const told: DegradedEvent[] = [];
  client.rateLimit.on('degraded', (event) => told.push(event));
  const ask = () => client.chat.completions.create({ model: 'm', messages, max_tokens: maxTokens });
  const first = ask();
  await clock.advance(afterMs);
  await clock.run(Promise.all([first, ask()]));
  return { bodies, told };
}

const openai = (options: object) => new OpenAI({ ...options, logLevel: 'off' });
const anthropic = (options: object) => new Anthropic({ ...options, logLevel: 'off' });
const free = { tier: 'free' };

describe('degrade lowers the output that goes over the wire', () => {
  const chat = { model: 'gpt-4o', messages };

  it.each([
    ['max_tokens', { max_tokens: 5000 }],
    ['max_completion_tokens', { max_completion_tokens: 5000 }],
  ])('chat completions, %s', async (field, given) => {
    const run = await lowered<OpenAI>(openai, free, (client) =>
      client.chat.completions.create({ ...chat, ...given }),
    );
    expect(run.result[0]).toBe('ok');
    expect(run.at).toBe(0);
    expect(run.body).toEqual({ ...chat, [field]: 1000 });
    expect(run.told).toEqual([
      {
        lane: expect.any(String),
        model: 'gpt-4o',
        callId: expect.any(String),
        what: 'max_tokens',
        key: 'alice',
        from: 5000,
        to: 1000,
      },
    ]);
  });

  it('of several choices together', async () => {
    const run = await lowered<OpenAI>(openai, free, (client) =>
      client.chat.completions.create({ ...chat, max_tokens: 5000, n: 3 }),
    );
    expect(run.body).toMatchObject({ max_tokens: 333, n: 3 });
    expect(run.told).toMatchObject([{ from: 15_000, to: 1000 }]);
  });

  it('streamed, with its usage hidden as ever', async () => {
    let chunks = 0;
    const run = await lowered<OpenAI>(openai, free, async (client) => {
      const stream = await client.chat.completions.create({
        ...chat,
        max_tokens: 5000,
        stream: true,
      });
      for await (const chunk of stream) {
        chunks++;
        expect(chunk.choices).toHaveLength(1);
      }
    });
    expect(run.body).toMatchObject({ max_tokens: 1000, stream_options: { include_usage: true } });
    expect(chunks).toBeGreaterThan(1);
  });

  it('completions: as many as are made, though fewer come back', async () => {
    const legacy = {
      model: 'gpt-3.5-turbo-instruct',
      prompt: 'Hello',
      max_tokens: 4000,
      best_of: 2,
    };
    const run = await lowered<OpenAI>(openai, free, (client) => client.completions.create(legacy));
    expect(run.body).toMatchObject({ max_tokens: 500, best_of: 2 });
  });

  it('responses', async () => {
    const run = await lowered<OpenAI>(openai, free, (client) =>
      client.responses.create({ model: 'gpt-4o', input: 'Hello', max_output_tokens: 5000 }),
    );
    expect(run.body).toMatchObject({ max_output_tokens: 1000 });
  });

  it('messages, where the limit counts what is allowed', async () => {
    const run = await lowered<Anthropic>(
      anthropic,
      { tier: 'free' },
      async (client) => {
        const ask = (max_tokens: number) =>
          client.messages.create({ model: 'claude-sonnet-5', max_tokens, messages });
        await ask(400);
        await ask(1000);
      },
      'anthropic',
    );
    expect(run.result).toEqual(['ok', undefined]);
    // 1,000 a minute, less what the first call has used (2 and 16), and 8 for the input.
    expect(run.bodies.map((body) => body.max_tokens)).toEqual([400, 974]);
    expect(run.told).toMatchObject([{ from: 1000, to: 974 }]);
  });
});

it('degrade leaves room for an answer after the thinking', async () => {
  const ask = (client: Anthropic) =>
    client.messages.create({
      model: 'claude-sonnet-5',
      max_tokens: 5000,
      messages,
      thinking: { type: 'enabled', budget_tokens: 1024 },
    });
  const small = await lowered<Anthropic>(anthropic, free, ask, 'anthropic');
  expect(small.told).toEqual([]);
});

it('degrade lowers what the SDK sends again as well, and no further than it was charged', async () => {
  const clock = createVirtualClock();
  const answer = sdks.find(({ name }) => name === 'openai 7')!.answer;
  const broken = () => new Response('{}', { status: 500 });
  const { fetch, seen } = scripted(clock, broken, broken, json(answer));
  const limiter = createRateLimiter({ clock, headroom: 0, tiers: { free: { tpm: 1000 } } });
  const told: unknown[] = [];
  limiter.on('degraded', (event) => told.push('to' in event && event.to));
  const bare = new OpenAI({ apiKey: 'key', fetch, logLevel: 'off' });
  const options = { limiter, key: 'a', tier: 'free', onLimit: 'degrade' } as const;
  const client = inNoTime(withRateLimit(bare, options), clock);
  const sent = client.chat.completions.create({ model: 'gpt-4o', messages, max_tokens: 1600 });
  clock.setTimeout(() => {}, 90_000);
  await clock.run(sent);
  const asked = seen.map(({ body }) => Reflect.get(Object(body), 'max_tokens'));
  expect(asked).toHaveLength(3);
  expect(asked).toEqual(told);
  for (const max of asked) expect(max).toBeLessThanOrEqual(1000);
});

describe('degrade leaves a call as it is', () => {
  const chat = { model: 'gpt-4o', messages };

  it.each([
    ['where there is room', { tier: 'free' }, 900, 900],
    ['without limits that could be short', {}, 5000, 5000],
  ])('%s', async (_, options, given, sent) => {
    const run = await lowered<OpenAI>(openai, options, (client) =>
      client.chat.completions.create({ ...chat, max_tokens: given }),
    );
    expect(run.body).toEqual({ ...chat, max_tokens: sent });
    expect(run.told).toEqual([]);
    expect(run.at).toBe(0);
  });

  it('and lets it wait for the next second, where a host is paced by the second', async () => {
    // 3,200 tokens a second, and for a call behind another one a quarter of that at once.
    const paced = { limits: { tpm: 240_000 }, onLimit: 'degrade' } as const;
    const { bodies, told } = await askedTwice(paced, 2000, 250);
    expect(bodies).toEqual([2000, 2000]);
    expect(told).toEqual([]);
  });

  it('and lets it wait, where less than 256 tokens would be left', async () => {
    const run = await lowered<OpenAI>(openai, free, async (client) => {
      const ask = (max_tokens: number) => client.chat.completions.create({ ...chat, max_tokens });
      await Promise.all([ask(800), ask(900)]);
    });
    expect(run.bodies.map((body) => body.max_tokens)).toEqual([800, 900]);
    expect(run.told).toEqual([]);
  });

  it('and lets it wait, where its input is too much', async () => {
    const long = [{ role: 'user' as const, content: 'word '.repeat(900) }];
    const run = await lowered<OpenAI>(openai, free, async (client) => {
      const ask = () =>
        client.chat.completions.create({ ...chat, messages: long, max_tokens: 950 });
      await Promise.all([ask(), ask()]);
    });
    expect(run.bodies.map((body) => body.max_tokens)).toEqual([950, 950]);
    expect(run.told).toEqual([]);
    expect(run.at).toBeGreaterThan(0);
  });
});
