import { HTTPClient, Mistral } from '@mistralai/mistralai';
import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import type { RateLimiterEvents } from '../../src/events.ts';
import { createRateLimiter, type RateLimiter } from '../../src/limiter.ts';
import type { RateLimiterOptions } from '../../src/options.ts';
import { rateLimitedFetch } from '../../src/rate-limited-fetch.ts';
import { createSimulator, createVirtualClock } from '../../src/testing/index.ts';
import { withRateLimit } from '../../src/with-rate-limit.ts';
import { fetchBench } from './bench.ts';

const MODEL = 'mistral-ocr-latest';
const LIMITS = { rpm: 60 };
const PAGES = [{ index: 0, markdown: '# A', images: [], dimensions: null }];

/** Mistral's OCR, as strict as the simulator: for that, each document is an embedding. */
function ocrServer(clock: ReturnType<typeof createVirtualClock>) {
  const strict = { provider: 'compatible', limits: LIMITS, enforcement: 'sliding' } as const;
  const simulator = createSimulator({ clock, ...strict });
  const paths: string[] = [];
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const request = new Request(input, init);
    const { pathname, origin } = new URL(request.url);
    paths.push(pathname);
    const { model } = await request.json();
    const response = await simulator.fetch(`${origin}/v1/embeddings`, {
      method: 'POST',
      body: JSON.stringify({ model, input: 'a' }),
    });
    if (!response.ok) return response;
    const { headers } = response;
    const usage_info = { pages_processed: 1, doc_size_bytes: 9 };
    return Response.json({ pages: PAGES, model, usage_info }, { headers });
  };
  return { simulator, fetch, paths };
}

type Ask = (limiter: RateLimiter, fetch: typeof globalThis.fetch) => () => PromiseLike<unknown>;

const document = { type: 'document_url' as const, documentUrl: 'https://example.com/a.pdf' };

/** Each way to call it. */
const WAYS: Readonly<Record<string, Ask>> = {
  'Mistral’s SDK with a limited fetch': (limiter, fetch) => {
    const httpClient = new HTTPClient({ fetcher: rateLimitedFetch({ limiter, fetch }) });
    const mistral = new Mistral({ apiKey: 'key', httpClient });
    return () => mistral.ocr.process({ model: MODEL, document });
  },
  'a wrapped client of OpenAI’s SDK': (limiter, fetch) => {
    const bare = new OpenAI({ apiKey: 'key', baseURL: 'https://api.mistral.ai/v1', fetch });
    const body = { model: MODEL, document: { type: 'document_url', document_url: 'https://x.y' } };
    const client = withRateLimit(bare, { limiter });
    return () => client.post('/ocr', { body });
  },
};

describe.each(Object.entries(WAYS))('OCR through %s', (_, way) => {
  const bench = (options: RateLimiterOptions = {}) => {
    const clock = createVirtualClock();
    const { simulator, fetch, paths } = ocrServer(clock);
    const limiter = createRateLimiter({ clock, limits: LIMITS, ...options });
    return { clock, simulator, limiter, paths, ask: way(limiter, fetch) };
  };

  it('is counted as a request, and keeps within the limits', async () => {
    const { clock, simulator, limiter, paths, ask } = bench();
    const told: Parameters<RateLimiterEvents['usage']>[0][] = [];
    limiter.on('usage', (event) => told.push(event));
    const all = Promise.all(Array.from({ length: 100 }, ask));
    expect(await clock.run(all)).toHaveLength(100);
    expect(new Set(paths)).toEqual(new Set(['/v1/ocr']));
    expect(simulator.stats()).toMatchObject({ admitted: 100, status429: 0 });
    expect(limiter.snapshot()).toMatchObject([
      { model: MODEL, totals: { calls: 100 }, inFlight: 0 },
    ]);
    // Pages are no tokens.
    expect(told).toHaveLength(100);
    expect(told[0]).toMatchObject({ model: MODEL, actual: undefined, usd: undefined });
    expect(told[0]?.estimated).toMatchObject({ inputTokens: 0, outputTokens: 0 });
  });

  it('has no price that a budget could count, unless it is given', async () => {
    const { clock, simulator, ask } = bench({ budget: { usdPerDay: 1 } });
    const rejected = await clock.run(Promise.resolve(ask()).catch((error: unknown) => error));
    const { code, cause } = rejected as { code?: string; cause?: { code?: string } };
    expect(code ?? cause?.code).toBe('price_unknown');
    expect(simulator.stats().requests).toBe(0);
    const free = bench({
      budget: { usdPerDay: 1 },
      prices: { 'mistral-ocr': { input: 0, output: 0 } },
    });
    await free.clock.run(Promise.resolve(free.ask()));
    expect(free.simulator.stats().admitted).toBe(1);
  });
});

it('without a model, a path like that of OCR may be anybody’s', async () => {
  const { clock, fetch, limiter } = fetchBench(() => async () => Response.json({}));
  for (const url of ['https://example.com/ocr', 'https://example.com/api/classifications/']) {
    await clock.run(fetch(url, { method: 'POST', body: '{"file":"a"}' }));
  }
  expect(limiter.snapshot()).toEqual([]);
  await clock.run(fetch('https://api.mistral.ai/v1/ocr', { method: 'POST', body: 'x' }));
  expect(limiter.snapshot()).toHaveLength(1);
});
