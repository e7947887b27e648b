import Cerebras from '@cerebras/cerebras_cloud_sdk';
import Groq from 'groq-sdk';
import type OpenAI from 'openai';
import Together from 'together-ai';
import { afterEach, describe, expect, it } from 'vitest';
import { createRateLimiter } from '../../src/limiter.ts';
import { openaiAdapter } from '../../src/sdk/openai.ts';
import { createSimulator, createVirtualClock } from '../../src/testing/index.ts';
import { upstreamAt } from '../../src/upstream.ts';
import { withRateLimit } from '../../src/with-rate-limit.ts';
import { broken, inNoTime, json, NOTHING, outcome, refused, scripted, underWay } from './bench.ts';
import { CHAT, type Fetch, openai7 } from './sdks.ts';
import { all } from './side-by-side.ts';

type Options = { baseURL?: string; fetch?: Fetch; maxRetries?: number };
const cerebrasOptions = { apiKey: 'key', warmTCPConnection: false };

/** As OpenAI's, as far as these tests use them: their types are their own. */
const SDKS = [
  {
    name: 'groq-sdk',
    provider: 'groq',
    host: 'api.groq.com',
    path: '/openai/v1/chat/completions',
    make: (options: Options) => new Groq({ apiKey: 'key', ...options }) as unknown as OpenAI,
  },
  {
    name: 'together-ai',
    provider: 'together',
    host: 'api.together.ai',
    path: '/v1/chat/completions',
    make: (options: Options) => new Together({ apiKey: 'key', ...options }) as unknown as OpenAI,
  },
  {
    name: '@cerebras/cerebras_cloud_sdk',
    provider: 'cerebras',
    host: 'api.cerebras.ai',
    path: '/v1/chat/completions',
    make: (options: Options) =>
      new Cerebras({ ...cerebrasOptions, ...(options as object) }) as unknown as OpenAI,
  },
];

const ask = (client: OpenAI): Promise<unknown> => client.chat.completions.create(CHAT);

describe.each(SDKS)('$name', ({ provider, host, path, make }) => {
  it('is limited as a client of its own host, and stays what it was', async () => {
    const clock = createVirtualClock();
    const { fetch, seen } = scripted(clock, json(openai7.answer));
    const limits = { rpm: 60 };
    const limiter = createRateLimiter({ clock, limits, headroom: 0, enforcement: 'window' });
    const bare = make({ fetch });
    const client = withRateLimit(bare, { limiter });
    expect(client).toBeInstanceOf(bare.constructor);
    await clock.run(Promise.all(Array.from({ length: 61 }, () => ask(client))));
    expect(new Set(seen.map(({ url }) => url))).toEqual(new Set([`https://${host}${path}`]));
    expect([clock.now() >= 60_000, seen.length]).toEqual([true, 61]);
    expect(limiter.snapshot().map(({ lane }) => lane.split('/')[0])).toEqual([host]);
    expect(upstreamAt(openaiAdapter.destination(client), false)).toMatchObject({
      host,
      presetHost: provider,
    });
    await clock.run(ask(bare));
    expect([seen.length, 'rateLimit' in bare]).toEqual([62, false]);
    expect(limiter.snapshot().map(({ totals }) => totals.calls)).toEqual([61]);
  });

  it('is sent again after a 429, and what its host refuses for good is not', async () => {
    const clock = createVirtualClock();
    const limiter = createRateLimiter({ clock });
    const answers = [refused({ 'retry-after': '7' }), json(openai7.answer), broken(400)];
    const { fetch, seen } = scripted(clock, ...answers);
    const client = inNoTime(withRateLimit(make({ fetch }), { limiter }), clock);
    await clock.run(ask(client));
    expect(seen.map(({ at }) => at)).toEqual([0, 7000]);
    const [how, error] = await clock.run(outcome(ask(client)));
    expect(seen.map(({ headers }) => headers['x-stainless-retry-count'])).toEqual(['0', '1', '0']);
    expect([how, error]).toMatchObject(['failed', { status: 400, name: 'Error' }]);
    expect(underWay(limiter)).toEqual(NOTHING);
  });
});

it('what Together ranks is limited and counted', async () => {
  const clock = createVirtualClock();
  const usage = { prompt_tokens: 9, completion_tokens: 0, total_tokens: 9 };
  const { fetch } = scripted(clock, json({ results: [], usage }));
  const limiter = createRateLimiter({ clock });
  const told: unknown[] = [];
  limiter.on('usage', ({ actual, estimated }) => told.push([actual, estimated.inputTokens > 5]));
  const together = withRateLimit(new Together({ apiKey: 'key', fetch }), { limiter });
  const documents = ['Lima is in Peru', 'Oslo is in Norway'];
  await clock.run(together.rerank.create({ model: 'rank', query: 'Where is Lima?', documents }));
  const actual = { inputTokens: 9, outputTokens: 0, cachedInputTokens: 0, cacheWriteTokens: 0 };
  expect(told).toEqual([[actual, true]]);
});

describe('Cerebras over HTTP, with the node-fetch that is its own', () => {
  const servers: { close(): Promise<void> }[] = [];
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.close()));
  });

  async function start() {
    const simulator = createSimulator({ provider: 'compatible', reply: () => 'Hi there.' });
    const server = await simulator.listen();
    servers.push(server);
    const bare = new Cerebras({ ...cerebrasOptions, baseURL: server.url });
    const client = withRateLimit(bare);
    const told: unknown[] = [];
    client.rateLimit.on('usage', ({ actual }) => told.push(actual));
    return { simulator, client, told };
  }

  it('is metered', async () => {
    const { client, told, simulator } = await start();
    await client.chat.completions.create(CHAT);
    const [{ inputTokens, outputTokens } = { inputTokens: 0, outputTokens: 0 }] = simulator.log;
    expect(outputTokens).toBeGreaterThan(0);
    expect(told).toMatchObject([{ inputTokens, outputTokens }]);
    expect(underWay(client.rateLimit)).toEqual(NOTHING);
  });

  it('has its streams settled', async () => {
    const { client, told, simulator } = await start();
    const chunks = await all(await client.chat.completions.create({ ...CHAT, stream: true }));
    expect(JSON.stringify(chunks)).not.toContain('"usage":{');
    const [{ inputTokens, outputTokens } = { inputTokens: 0, outputTokens: 0 }] = simulator.log;
    expect(told).toMatchObject([{ inputTokens, outputTokens }]);
    expect(underWay(client.rateLimit)).toEqual(NOTHING);
  });

  it('gives its slot back where a stream is left', async () => {
    const { client } = await start();
    for await (const _ of await client.chat.completions.create({ ...CHAT, stream: true })) break;
    await client.rateLimit.drain();
    expect(underWay(client.rateLimit)).toEqual(NOTHING);
  });
});
