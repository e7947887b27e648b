import Anthropic from '@anthropic-ai/sdk';
import { HTTPClient } from '@mistralai/mistralai';
import OpenAI from 'openai';
import { describe, expect, it, vi } from 'vitest';
import { createRateLimiter, type RateLimiter } from '../../src/limiter.ts';
import { rateLimitedFetch } from '../../src/rate-limited-fetch.ts';
import { withRateLimit } from '../../src/with-rate-limit.ts';
import { watchedWarnings } from '../support/warnings.ts';

/** What it was sent is its answer. */
const fetch: typeof globalThis.fetch = async (input, init) => {
  const request = new Request(input, init);
  const text = await request.text();
  return new Response(text === '' ? '{}' : text, {
    headers: { 'content-type': 'application/json' },
  });
};

type Post = (limiter: RateLimiter, url: URL, body: object) => Promise<unknown>;

const headers = { 'content-type': 'application/json' };
const plain = (limiter: RateLimiter) => rateLimitedFetch({ limiter, fetch });

/** Each way to send a request. */
const WAYS: Readonly<Record<string, Post>> = {
  'a client like OpenAI’s': (limiter, { origin, pathname }, body) =>
    withRateLimit(new OpenAI({ apiKey: 'key', baseURL: origin, fetch }), { limiter }).post(
      pathname,
      { body },
    ),
  'a client like Anthropic’s': (limiter, { origin, pathname }, body) =>
    withRateLimit(new Anthropic({ apiKey: 'key', baseURL: origin, fetch }), { limiter }).post(
      pathname,
      { body },
    ),
  'a `fetch`': async (limiter, url, body) => {
    const init = { method: 'POST', headers, body: JSON.stringify(body) };
    return (await plain(limiter)(url, init)).json();
  },
  'a `fetch`, as bytes': async (limiter, url, body) => {
    const bytes = new TextEncoder().encode(JSON.stringify(body));
    return (await plain(limiter)(url, { method: 'POST', body: bytes })).json();
  },
  'a `fetch`, as a `Request`': async (limiter, url, body) => {
    const request = new Request(url, { method: 'POST', headers, body: JSON.stringify(body) });
    return (await plain(limiter)(request)).json();
  },
};

/** What is read beside the request has been read by then. */
const read = async () => {
  await new Promise((resolve) => setTimeout(resolve));
  await vi.dynamicImportSettled();
};

describe.each(Object.entries(WAYS))('a request with a model, through %s', (_, post) => {
  const warnings = watchedWarnings('HEADROOM_UNCOUNTED_CALL');

  it('is warned of once if its path is no known call: it passes without limits', async () => {
    const limiter = createRateLimiter();
    const url = new URL('https://api.example.com/v1/answer');
    const body = { model: 'm', query: 'What?' };
    for (let call = 0; call < 3; call++) {
      expect(await post(limiter, url, body)).toEqual(body);
      await read();
    }
    expect(limiter.snapshot()).toEqual([]);
    expect(warnings()).toHaveBeenCalledTimes(1);
    const [message, options] = warnings().mock.calls[0] ?? [];
    expect(message).toMatch(/api\.example\.com .* not limited .*: its path \(\/v1\/answer\)/);
    expect(options).toEqual({ type: 'HeadroomWarning', code: 'HEADROOM_UNCOUNTED_CALL' });
  });

  it.each([
    ['without a model', 'https://api.example.com/v1/answer', {}],
    ['of a job', 'https://api.example.com/v1/fine_tuning/jobs', { model: 'm' }],
    ['of a count', 'https://api.example.com/v1/messages/count_tokens', { model: 'm' }],
    ['of another count', 'https://api.example.com/model/m/count-tokens', { model: 'm' }],
    ['to OpenAI, whose paths are known', 'https://api.openai.com/v1/answer', { model: 'm' }],
    ['to Anthropic, too', 'https://api.anthropic.com/v1/agents', { model: 'm' }],
    ['that makes an agent', 'https://api.example.com/v1/agents', { model: 'm' }],
  ])('but not of one %s', async (_, url, body) => {
    expect(await post(createRateLimiter(), new URL(url), body)).toEqual(body);
    await read();
    expect(warnings()).not.toHaveBeenCalled();
  });
});

describe('a request through a `fetch`', () => {
  const warnings = watchedWarnings('HEADROOM_UNCOUNTED_CALL');
  const limited = () => plain(createRateLimiter());

  it('may name its model in its path', async () => {
    const path = '/v1beta/models/veo-4:predictLongRunning';
    await limited()(`https://generativelanguage.googleapis.com${path}`, { method: 'POST' });
    await read();
    expect(warnings()).toHaveBeenCalledTimes(1);
  });

  it.each([
    'https://api.cloudflare.com/client/v4/accounts/a/ai/run/@cf/meta/llama-3.1-8b-instruct',
    'https://gateway.ai.cloudflare.com/v1/a/g/workers-ai/@cf/meta/llama-3.1-8b-instruct',
  ])('may name Cloudflare’s there: %s', async (url) => {
    await limited()(url, { method: 'POST', headers, body: '{"prompt":"Hi"}' });
    await read();
    expect(warnings()).toHaveBeenCalledTimes(1);
  });

  it('may be one of a client that sends a `Request`', async () => {
    const client = new HTTPClient({ fetcher: limited() });
    const body = JSON.stringify({ model: 'mistral-medium', query: 'What?' });
    const url = 'https://api.mistral.ai/v1/answer';
    await client.request(new Request(url, { method: 'POST', headers, body }));
    await read();
    expect(warnings()).toHaveBeenCalledTimes(1);
  });

  it.each([
    ['by another name', 'https://us-south.ml.cloud.ibm.com/ml/v1/text/chat', { model_id: 'm' }],
    ['for Bedrock', 'https://bedrock-runtime.eu.amazonaws.com/async-invoke', { modelId: 'm' }],
    ['for a video', 'https://api.openai.com/v1/videos', { model: 'sora-2', prompt: 'Rain' }],
    ['for a grader', 'https://api.openai.com/v1/fine_tuning/alpha/graders/run', { grader: {} }],
    ['for a session', 'https://api.openai.com/v1/realtime/client_secrets', { session: {} }],
  ])('is warned of if it names a model %s', async (_, url, body) => {
    await limited()(url, { method: 'POST', headers, body: JSON.stringify(body) });
    await read();
    expect(warnings()).toHaveBeenCalledTimes(1);
    expect(warnings().mock.calls[0]?.[0]).toMatch(/counts in no budget/);
  });

  it.each([
    ['that is counted', 'embeddings', { method: 'POST', body: '{"model":"m","input":"hi"}' }],
    ['that only reads', 'answer', { method: 'GET' }],
    ['whose body is no JSON', 'answer', { method: 'POST', body: 'model' }],
    ['without a body', 'answer', { method: 'POST' }],
  ])('is not warned of if it is one %s', async (_, path, init) => {
    await limited()(`https://api.example.com/v1/${path}`, init);
    await read();
    expect(warnings()).not.toHaveBeenCalled();
  });
});
