import OpenAI, { AzureOpenAI } from 'openai';
import { afterEach, describe, expect, test } from 'vitest';
import { createSimulator, type Simulator, type SimulatorOptions } from '../../src/testing/index.ts';
import { mounts } from './mounts.ts';
import { collect, textOf } from './requests.ts';

const FILLER = 'the sun and one ';
const closing: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

describe.each(mounts)('the openai package through $name', ({ mount }) => {
  async function connect(options: SimulatorOptions = {}): Promise<[OpenAI, Simulator]> {
    const simulator = createSimulator(options);
    const { client, close } = await mount(simulator, '/v1');
    closing.push(close);
    return [new OpenAI({ apiKey: 'key', maxRetries: 0, ...client }), simulator];
  }
  const request = {
    model: 'gpt-4o',
    messages: [{ role: 'user' as const, content: textOf(9) }],
    max_completion_tokens: 4,
  };

  test('a chat completion, with n answers', async () => {
    const [client] = await connect();
    const completion = await client.chat.completions.create({ ...request, n: 2 });
    expect(completion.choices.map((choice) => choice.message.content)).toEqual([FILLER, FILLER]);
    expect(completion.choices[0]?.finish_reason).toBe('length');
    expect(completion.usage).toMatchObject({
      prompt_tokens: 9,
      completion_tokens: 8,
      total_tokens: 17,
    });
    expect(completion._request_id).toBe('req_sim1');
  });

  test('a chat stream without usage', async () => {
    const [client] = await connect();
    const stream = await client.chat.completions.create({ ...request, stream: true });
    const chunks = await collect(stream);
    expect(chunks.map(({ choices }) => choices[0]?.delta)).toEqual([
      { role: 'assistant', content: '' },
      { content: 'the ' },
      { content: 'sun ' },
      { content: 'and ' },
      { content: 'one ' },
      {},
    ]);
    expect(chunks.some((chunk) => 'usage' in chunk)).toBe(false);
    expect(chunks.at(-1)?.choices[0]?.finish_reason).toBe('length');
  });

  test('a chat stream with usage', async () => {
    const [client] = await connect({ tokensPerChunk: 3 });
    const stream_options = { include_usage: true };
    const stream = await client.chat.completions.create({
      ...request,
      stream: true,
      stream_options,
    });
    const chunks = await collect(stream);
    expect(chunks.map(({ usage }) => usage?.total_tokens ?? null)).toEqual([
      null,
      null,
      null,
      null,
      13,
    ]);
    expect(chunks.at(-1)?.choices).toEqual([]);
  });

  test('the stream helper', async () => {
    const [client] = await connect({ reply: () => 'It works.' });
    const completion = await client.chat.completions
      .stream({ model: 'gpt-4o', messages: request.messages })
      .finalChatCompletion();
    expect(completion.choices[0]?.message.content).toBe('It works.');
    expect(completion.choices[0]?.finish_reason).toBe('stop');
  });

  test('a response, whole and streamed', async () => {
    const [client] = await connect({ reply: () => 'It works.' });
    const whole = await client.responses.create({ model: 'gpt-5', input: textOf(2) });
    const streamed = await client.responses
      .stream({ model: 'gpt-5', input: textOf(2) })
      .finalResponse();
    for (const response of [whole, streamed]) {
      expect(response.output_text).toBe('It works.');
      expect(response.status).toBe('completed');
      expect(response.usage).toMatchObject({ input_tokens: 2, output_tokens: 3, total_tokens: 5 });
    }
  });

  test('a response that its own bound cuts short', async () => {
    const [client] = await connect();
    const stream = client.responses.stream({
      model: 'gpt-5',
      input: 'x',
      max_output_tokens: 4,
    });
    const events = await collect(stream);
    expect(events.at(-1)).toMatchObject({
      type: 'response.incomplete',
      response: { incomplete_details: { reason: 'max_output_tokens' } },
    });
    expect(events.map((event) => event.sequence_number)).toEqual(events.map((_, index) => index));
  });

  test('embeddings, of texts and of tokens', async () => {
    const [client] = await connect();
    const input = [textOf(2), textOf(3)];
    const model = 'text-embedding-3-small';
    const texts = await client.embeddings.create({ model, input, dimensions: 3 });
    expect(texts.data.map(({ embedding }) => embedding)).toEqual([
      [1, 0, 0],
      [0, 1, 0],
    ]);
    expect(texts.usage).toEqual({ prompt_tokens: 5, total_tokens: 5 });
    const tokens = await client.embeddings.create({
      model,
      input: [1, 2, 3],
      encoding_format: 'float',
    });
    expect([tokens.data.length, tokens.usage.prompt_tokens]).toEqual([1, 3]);
  });

  test('models aren’t metered, nor is counting', async () => {
    const [client, simulator] = await connect({ limits: { rpm: 1 } });
    await client.chat.completions.create(request);
    const { data } = await client.models.list();
    expect(data.map(({ id }) => id)).toEqual(['gpt-4o']);
    const counted = await client.responses.inputTokens.count({ model: 'gpt-5', input: textOf(7) });
    expect(counted.input_tokens).toBe(7);
    expect(simulator.stats()).toMatchObject({ requests: 3, calls: 1 });
  });

  test('a 429 is a RateLimitError with code and headers', async () => {
    const [client] = await connect({ limits: { rpm: 3 }, fill: 0 });
    const error = await client.chat.completions.create(request).catch((reason) => reason);
    expect(error).toBeInstanceOf(OpenAI.RateLimitError);
    expect(error.code).toBe('rate_limit_exceeded');
    expect(error.type).toBe('requests');
    expect(error.headers.get('retry-after')).toMatch(/^\d+$/);
  });

  test('an unknown path is a 404', async () => {
    const [client] = await connect();
    const error = await client.vectorStores.list().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(OpenAI.NotFoundError);
    expect(error).toHaveProperty('message', expect.stringContaining("the simulator's `provider`"));
  });
});

describe.each(mounts)('the AzureOpenAI client through $name', ({ name, mount }) => {
  async function connect(options: SimulatorOptions): Promise<AzureOpenAI> {
    const simulator = createSimulator({ provider: 'azure', ...options });
    const { client, close } = await mount(simulator, '/openai');
    closing.push(close);
    const where = name === 'HTTP' ? client : { ...client, endpoint: 'https://x.openai.azure.com' };
    return new AzureOpenAI({ apiKey: 'key', apiVersion: '2024-10-21', maxRetries: 0, ...where });
  }
  const messages = [{ role: 'user' as const, content: textOf(10) }];

  test('the deployment is the model, and resets are bare seconds', async () => {
    const client = await connect({ limits: { rpm: 6, tpm: 1_000 } });
    const { data, response } = await client.chat.completions
      .create({ model: 'my-deployment', messages, max_tokens: 90 })
      .withResponse();
    expect(data.model).toBe('my-deployment');
    expect(response.headers.get('x-ratelimit-limit-tokens')).toBe('1000');
    expect(response.headers.get('x-ratelimit-remaining-tokens')).toBe('900');
    expect(response.headers.get('x-ratelimit-reset-tokens')).toBe('6');
    expect(response.headers.get('x-ratelimit-reset-requests')).toBe('10');
  });

  test('a 429 says when in seconds and milliseconds', async () => {
    const client = await connect({ limits: { tpm: 60_000 }, fill: 0, enforcement: 'fixed' });
    const error = await client.chat.completions
      .create({ model: 'my-deployment', messages })
      .catch((reason) => reason);
    const seconds = error.headers.get('retry-after');
    expect(error.message).toContain(`Please retry after ${seconds} seconds`);
    expect(Math.ceil(Number(error.headers.get('retry-after-ms')) / 1000)).toBe(Number(seconds));
  });
});
