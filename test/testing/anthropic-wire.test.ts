import Anthropic from '@anthropic-ai/sdk';
import { afterEach, describe, expect, test } from 'vitest';
import {
  createSimulator,
  createVirtualClock,
  type Simulator,
  type SimulatorOptions,
} from '../../src/testing/index.ts';
import { mounts } from './mounts.ts';
import { collect, sendMessage, textOf } from './requests.ts';

const closing: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

describe.each(mounts)('the @anthropic-ai/sdk package through $name', ({ mount }) => {
  async function connect(options: SimulatorOptions = {}): Promise<[Anthropic, Simulator]> {
    const simulator = createSimulator({ provider: 'anthropic', ...options });
    const { client, close } = await mount(simulator, '');
    closing.push(close);
    return [new Anthropic({ apiKey: 'key', maxRetries: 0, ...client }), simulator];
  }
  const request = {
    model: 'claude-sonnet-5',
    max_tokens: 100,
    system: textOf(2),
    messages: [{ role: 'user' as const, content: textOf(98) }],
  };
  const reply = () => ({ text: 'It works.', cachedInputTokens: 60, cacheWriteTokens: 30 });

  test('a message, with what a cache has read and written', async () => {
    const [client] = await connect({ reply });
    const message = await client.messages.create(request);
    expect(message.content).toEqual([{ type: 'text', text: 'It works.', citations: null }]);
    expect(message.stop_reason).toBe('end_turn');
    expect(message.usage).toMatchObject({
      input_tokens: 10,
      cache_creation_input_tokens: 30,
      cache_read_input_tokens: 60,
      output_tokens: 3,
    });
    expect(message._request_id).toBe('req_sim1');
  });

  test('a stream: its events, its helper, its cumulative usage', async () => {
    const [client] = await connect({ reply });
    const stream = client.messages.stream(request);
    const events = await collect(stream);
    expect(events.map(({ type }) => type)).toEqual([
      'message_start',
      'content_block_start',
      'content_block_delta',
      'content_block_delta',
      'content_block_delta',
      'content_block_stop',
      'message_delta',
      'message_stop',
    ]);
    const message = await stream.finalMessage();
    expect(message.content[0]).toMatchObject({ text: 'It works.' });
    expect(message.usage).toMatchObject({ input_tokens: 10, output_tokens: 3 });
  });

  test('tokens are counted and models listed without a limit', async () => {
    const [client, simulator] = await connect({ limits: { rpm: 1 } });
    await client.messages.create(request);
    const { model, messages } = request;
    const counted = await client.messages.countTokens({ model, messages });
    expect(counted.input_tokens).toBe(98);
    const models = await client.models.list();
    expect(models.data.map(({ id }) => id)).toEqual(['claude-sonnet-5']);
    expect(simulator.stats()).toMatchObject({ requests: 3, calls: 1 });
  });

  test('a 429 is a rate_limit_error', async () => {
    const [client] = await connect({ limits: { itpm: 30_000 }, fill: 0 });
    const error = await client.messages.create(request).catch((reason) => reason);
    expect(error).toBeInstanceOf(Anthropic.RateLimitError);
    expect(error.error.error.type).toBe('rate_limit_error');
    expect(error.error.error.message).toContain('rate limit of 30,000 input tokens per minute');
  });

  test('overload is a 529, or an event in a stream', async () => {
    const [client] = await connect({ faults: [529, 'stream-error'] });
    const overloaded = await client.messages.create(request).catch((reason) => reason);
    expect([overloaded.status, overloaded.error.error.type]).toEqual([529, 'overloaded_error']);
    const inStream = await client.messages
      .stream(request)
      .finalMessage()
      .catch((reason) => reason);
    expect([inStream.status, inStream.error.error.type]).toEqual([undefined, 'overloaded_error']);
  });
});

test('all headers: remaining in thousands, resets as times', async () => {
  const clock = createVirtualClock({ start: Date.UTC(2026, 10, 22, 12, 0, 0) });
  const limits = { rpm: 50, itpm: 30_000, otpm: 8_000 };
  const simulator = createSimulator({ provider: 'anthropic', clock, limits, seed: 7 });
  const { headers } = await sendMessage(simulator, 10_400);
  expect(Object.fromEntries(headers)).toEqual({
    'content-type': 'application/json',
    'request-id': 'req_sim1',
    'anthropic-ratelimit-requests-limit': '50',
    'anthropic-ratelimit-requests-remaining': '49',
    'anthropic-ratelimit-requests-reset': '2026-11-22T12:00:02Z',
    'anthropic-ratelimit-input-tokens-limit': '30000',
    'anthropic-ratelimit-input-tokens-remaining': '20000',
    'anthropic-ratelimit-input-tokens-reset': '2026-11-22T12:00:21Z',
    'anthropic-ratelimit-output-tokens-limit': '8000',
    'anthropic-ratelimit-output-tokens-remaining': '8000',
    'anthropic-ratelimit-output-tokens-reset': '2026-11-22T12:00:00Z',
    'anthropic-ratelimit-tokens-limit': '38000',
    'anthropic-ratelimit-tokens-remaining': '28000',
    'anthropic-ratelimit-tokens-reset': '2026-11-22T12:00:21Z',
  });
});

test('a request without max_tokens is invalid', async () => {
  const simulator = createSimulator({ provider: 'anthropic' });
  const response = await sendMessage(simulator, 1, { max_tokens: undefined });
  expect(response.status).toBe(400);
  expect((await response.json()).error.type).toBe('invalid_request_error');
});
