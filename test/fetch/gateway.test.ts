import { createGateway, type GatewayProvider } from '@ai-sdk/gateway';
import {
  embedMany,
  generateImage,
  generateSpeech,
  generateText,
  jsonSchema,
  type ModelMessage,
  rerank,
  streamText,
  type ToolSet,
  transcribe,
} from 'ai';
import { describe, expect, it } from 'vitest';
import type { UsageEvent } from '../../src/events.ts';
import { events, json, NOTHING, scripted, underWay } from '../sdk/bench.ts';
import { fetchBench } from './bench.ts';

/** 512 by 512 pixels, with more bytes than such a picture has. */
const PICTURE = `iVBORw0KGgoAAAANSUhEUgAAAgAAAAIACAIAAAB7GkOt${'A'.repeat(400_000)}`;

const USAGE = {
  inputTokens: { total: 90, noCache: 90, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 3, text: 3, reasoning: 0 },
};
const FINISH = { finishReason: { unified: 'stop', raw: 'stop' }, usage: USAGE };
const TEXT = json({ content: [{ type: 'text', text: 'Hi' }], warnings: [], ...FINISH });
const STREAM = events(
  ...[
    { type: 'stream-start', warnings: [] },
    { type: 'text-start', id: '1' },
    { type: 'text-delta', id: '1', delta: 'Hi' },
    { type: 'text-end', id: '1' },
    { type: 'finish', ...FINISH },
  ].map((event) => `data: ${JSON.stringify(event)}`),
);

const inputSchema = jsonSchema<never>({
  type: 'object',
  properties: { city: { type: 'string', description: 'The name of the city' } },
  required: ['city'],
});
const tools: ToolSet = { weather: { description: 'The weather of a city, now', inputSchema } };
const picture = { type: 'data' as const, data: PICTURE };
const file = { type: 'file' as const, mediaType: 'image/png', data: picture };
const weather = { toolCallId: '1', toolName: 'weather' };
const user = (content: string): ModelMessage => ({ role: 'user', content });

const WITH_TOOLS: ModelMessage[] = [
  user('Is it raining?'),
  { role: 'assistant', content: [{ type: 'tool-call', ...weather, input: { city: 'Rome' } }] },
  {
    role: 'tool',
    content: [
      {
        ...{ type: 'tool-result', ...weather },
        output: { type: 'content', value: [{ type: 'text', text: 'See' }, file] },
      },
    ],
  },
];

interface Kind {
  readonly name: string;
  readonly model: string;
  ask(gateway: GatewayProvider, model: string): PromiseLike<unknown>;
  readonly answer: () => Response;
  /** What its input may be estimated as. */
  readonly input: readonly [least: number, most: number];
  /** The output that it allows. */
  readonly output?: number;
  /** What it is settled with, where the answer tells. */
  readonly actual?: { readonly inputTokens: number; readonly outputTokens: number };
}

const TOLD = { inputTokens: 90, outputTokens: 3 };
const GPT = 'openai/gpt-4o';

const KINDS: readonly Kind[] = [
  {
    name: 'a chat with tools',
    model: GPT,
    ask: (gateway, model) =>
      generateText({ model: gateway(model), tools, prompt: 'Is it dry?', maxOutputTokens: 50 }),
    ...{ answer: TEXT, input: [40, 80], output: 50, actual: TOLD },
  },
  {
    name: 'a stream with tools',
    model: GPT,
    ask: (gateway, model) =>
      streamText({ model: gateway(model), tools, prompt: 'Is it dry?' }).consumeStream(),
    ...{ answer: STREAM, input: [40, 80], actual: TOLD },
  },
  {
    name: 'a chat about a picture',
    model: GPT,
    ask: (gateway, model) =>
      generateText({
        model: gateway(model),
        messages: [{ role: 'user', content: [{ type: 'text', text: 'What is it?' }, file] }],
      }),
    ...{ answer: TEXT, input: [200, 400], actual: TOLD },
  },
  {
    name: 'a chat in which a tool has answered with a picture',
    model: GPT,
    ask: (gateway, model) => generateText({ model: gateway(model), tools, messages: WITH_TOOLS }),
    ...{ answer: TEXT, input: [250, 500], actual: TOLD },
  },
  {
    name: 'embeddings',
    model: 'openai/text-embedding-3-small',
    ask: (gateway, model) =>
      embedMany({ model: gateway.embeddingModel(model), values: ['hello there', 'say hi'] }),
    answer: json({ embeddings: [[1], [2]], usage: { tokens: 4 } }),
    ...{ input: [4, 4], actual: { inputTokens: 4, outputTokens: 0 } },
  },
  {
    name: 'an image',
    model: 'openai/gpt-image-1',
    ask: (gateway, model) =>
      generateImage({ model: gateway.imageModel(model), prompt: 'A cat on a mat' }),
    answer: json({ images: ['aGk='], usage: { inputTokens: 9, outputTokens: 300 } }),
    ...{ input: [4, 12], actual: { inputTokens: 9, outputTokens: 300 } },
  },
  {
    name: 'an image of an image',
    model: 'openai/gpt-image-1',
    ask: (gateway, model) =>
      generateImage({
        model: gateway.imageModel(model),
        prompt: { text: 'With a hat', images: [PICTURE] },
      }),
    ...{ answer: json({ images: ['aGk='] }), input: [150, 1000] },
  },
  {
    name: 'a ranking',
    model: 'cohere/rerank-v3.5',
    ask: (gateway, model) =>
      rerank({
        model: gateway.rerankingModel(model),
        query: 'hello',
        documents: ['hello there', 'say hi'],
      }),
    ...{ answer: json({ ranking: [{ index: 0, relevanceScore: 1 }] }), input: [4, 8] },
  },
  {
    name: 'speech',
    model: 'openai/tts-1',
    ask: (gateway, model) =>
      generateSpeech({ model: gateway.speechModel(model), text: 'Hello to all of you' }),
    ...{ answer: json({ audio: 'aGk=' }), input: [4, 8] },
  },
  {
    name: 'a transcription, whose length nobody knows',
    model: 'openai/whisper-1',
    ask: (gateway, model) =>
      transcribe({ model: gateway.transcriptionModel(model), audio: PICTURE }),
    ...{ answer: json({ text: 'hi', segments: [] }), input: [0, 0] },
  },
];

describe.each(KINDS)('through Vercel’s AI Gateway, $name', (kind) => {
  it('is limited as its model’s, estimated and settled', async () => {
    const { model, ask, answer, input, output = 0, actual } = kind;
    const bench = fetchBench((clock) => scripted(clock, answer).fetch, { limits: { tpm: 10_000 } });
    const told: UsageEvent[] = [];
    bench.limiter.on('usage', (event) => told.push(event));
    const gateway = createGateway({ apiKey: 'key', fetch: bench.fetch });
    await bench.clock.run(Promise.resolve(ask(gateway, model)));
    expect(told).toMatchObject([{ lane: `ai-gateway.vercel.sh/${model}` }]);
    expect(told[0]?.estimated.inputTokens).toBeGreaterThanOrEqual(input[0]);
    expect(told[0]?.estimated.inputTokens).toBeLessThanOrEqual(input[1]);
    expect(told[0]?.estimated.outputTokens).toBe(output);
    if (actual === undefined) expect(told[0]?.actual).toBeUndefined();
    else expect(told[0]?.actual).toMatchObject(actual);
    expect(underWay(bench.limiter)).toEqual(NOTHING);
  });
});

it.each(['https://proxy.example', 'https://proxy.example/llm'])(
  'a call through Vercel’s AI Gateway is limited at any base URL: %s',
  async (baseURL) => {
    const bench = fetchBench((clock) => scripted(clock, TEXT).fetch, { limits: { tpm: 10_000 } });
    const told: UsageEvent[] = [];
    bench.limiter.on('usage', (event) => told.push(event));
    const gateway = createGateway({ apiKey: 'key', baseURL, fetch: bench.fetch });
    await bench.clock.run(generateText({ model: gateway(GPT), prompt: 'Is it dry?' }));
    expect(told).toMatchObject([{ lane: `proxy.example/${GPT}`, actual: TOLD }]);
    expect(told[0]?.estimated.inputTokens).toBeGreaterThan(3);
  },
);

it('somebody’s own path that ends like the gateway’s passes', async () => {
  const bench = fetchBench((clock) => scripted(clock, TEXT).fetch);
  const body = JSON.stringify({ model: 'gpt-4o' });
  const url = 'https://my.example/settings/language-model';
  await bench.clock.run(bench.fetch(url, { method: 'POST', body }));
  expect(bench.limiter.snapshot()).toEqual([]);
});

it('a call through Vercel’s AI Gateway reserves the output that it allows in a budget', async () => {
  const budget = { budget: { usdPerDay: 1000 }, prices: { '*': { input: 0, output: 1_000_000 } } };
  const bench = fetchBench((clock) => scripted(clock, TEXT).fetch, budget);
  const gateway = createGateway({ apiKey: 'key', fetch: bench.fetch });
  const ask = (maxOutputTokens: number) =>
    bench.clock.run(
      generateText({ model: gateway(GPT), prompt: 'Hi', maxOutputTokens, maxRetries: 0 }),
    );
  await ask(900);
  await expect(ask(1100)).rejects.toThrow(/budget/);
  expect(bench.limiter.spending()).toMatchObject([{ spentUsd: 3, reservedUsd: 0 }]);
});
