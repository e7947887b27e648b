import { describe, expect, it } from 'vitest';
import type { UsageEvent } from '../../src/events.ts';
import { joined } from '../../src/http/bytes.ts';
import { awsEvent } from '../http/aws-frames.ts';
import { events, json, NOTHING, scripted, underWay } from '../sdk/bench.ts';
import { fetchBench } from './bench.ts';

interface Wire {
  readonly name: string;
  readonly url: string;
  readonly body: object;
  readonly answer: () => Response;
  readonly lane: string;
  readonly usage: readonly [input: number, output: number];
}

const GEMINI = 'https://generativelanguage.googleapis.com/v1beta/models/gemini-3.8-flash';
const contents = [{ role: 'user', parts: [{ text: 'Say hi, and nothing else at all' }] }];
const BEDROCK = 'https://bedrock-runtime.eu-west-1.amazonaws.com/model/us.amazon.nova-pro-v1%3A0';
const blocks = [{ role: 'user', content: [{ text: 'Say hi, and nothing else at all' }] }];
const messages = [{ role: 'user', content: 'Say hi, and nothing else at all' }];

const geminiChunk = (text: string, usageMetadata: object) => ({
  candidates: [{ content: { role: 'model', parts: [{ text }] }, index: 0 }],
  usageMetadata,
});
const GEMINI_USAGE = {
  promptTokenCount: 9,
  candidatesTokenCount: 3,
  thoughtsTokenCount: 20,
  totalTokenCount: 32,
};
const INTERACTION_USAGE = {
  total_input_tokens: 9,
  total_output_tokens: 3,
  total_thought_tokens: 20,
  total_tokens: 32,
};
const COHERE_USAGE = {
  billed_units: { input_tokens: 4 },
  tokens: { input_tokens: 9, output_tokens: 3 },
};
const sse = (...chunks: object[]) =>
  events(...chunks.map((each) => `data: ${JSON.stringify(each)}`));

/** Answers have the form of each API's reference (2026). */
const WIRES: readonly Wire[] = [
  {
    name: 'Gemini',
    url: `${GEMINI}:generateContent`,
    body: { contents },
    answer: json(geminiChunk('Hi', GEMINI_USAGE)),
    lane: 'generativelanguage.googleapis.com/gemini-3.8-flash',
    usage: [9, 23],
  },
  {
    name: 'Gemini, a stream of events',
    url: `${GEMINI}:streamGenerateContent?alt=sse`,
    body: { contents },
    answer: sse(
      geminiChunk('H', { promptTokenCount: 9, totalTokenCount: 9 }),
      geminiChunk('i', GEMINI_USAGE),
    ),
    lane: 'generativelanguage.googleapis.com/gemini-3.8-flash',
    usage: [9, 23],
  },
  {
    name: 'Gemini, a stream that is a list',
    url: `${GEMINI}:streamGenerateContent`,
    body: { contents },
    answer: json([geminiChunk('H', { promptTokenCount: 9 }), geminiChunk('i', GEMINI_USAGE)]),
    lane: 'generativelanguage.googleapis.com/gemini-3.8-flash',
    usage: [9, 23],
  },
  {
    name: 'Gemini at Vertex',
    url: 'https://eu-aiplatform.googleapis.com/v1/projects/p/locations/eu/publishers/google/models/gemini-3.8-flash:generateContent',
    body: { contents },
    answer: json(geminiChunk('Hi', GEMINI_USAGE)),
    lane: 'eu-aiplatform.googleapis.com/gemini-3.8-flash',
    usage: [9, 23],
  },
  {
    name: 'Claude at Vertex',
    url: 'https://eu-aiplatform.googleapis.com/v1/projects/p/locations/eu/publishers/anthropic/models/claude-opus-5-5:rawPredict',
    body: { anthropic_version: 'vertex-2023-10-16', max_tokens: 9, messages },
    answer: json({ type: 'message', content: [], usage: { input_tokens: 9, output_tokens: 3 } }),
    lane: 'eu-aiplatform.googleapis.com/claude-opus-5-5',
    usage: [9, 3],
  },
  {
    name: 'Cohere',
    url: 'https://api.cohere.com/v2/chat',
    body: { model: 'command-a-03-2025', messages },
    answer: json({ id: 'c', message: { role: 'assistant' }, usage: COHERE_USAGE }),
    lane: 'api.cohere.com/command-a-03-2025',
    usage: [9, 3],
  },
  {
    name: 'Cohere, a stream',
    url: 'https://api.cohere.com/v2/chat',
    body: { model: 'command-a-03-2025', messages, stream: true },
    answer: sse(
      { type: 'message-start', delta: { message: { role: 'assistant' } } },
      { type: 'content-delta', index: 0, delta: { message: { content: { text: 'Hi' } } } },
      { type: 'message-end', delta: { finish_reason: 'COMPLETE', usage: COHERE_USAGE } },
    ),
    lane: 'api.cohere.com/command-a-03-2025',
    usage: [9, 3],
  },
  {
    name: 'Cohere, the first API',
    url: 'https://api.cohere.com/v1/chat',
    body: { model: 'command-a-03-2025', message: 'Say hi, and nothing else at all' },
    answer: json({ text: 'Hi', meta: COHERE_USAGE }),
    lane: 'api.cohere.com/command-a-03-2025',
    usage: [9, 3],
  },
  {
    name: 'Bedrock Converse',
    url: `${BEDROCK}/converse`,
    body: { messages: blocks },
    answer: json({ output: {}, usage: { inputTokens: 9, outputTokens: 3, totalTokens: 12 } }),
    lane: 'bedrock-runtime.eu-west-1.amazonaws.com/us.amazon.nova-pro-v1:0',
    usage: [9, 3],
  },
  {
    name: 'Bedrock ConverseStream',
    url: `${BEDROCK}/converse-stream`,
    body: { messages: blocks },
    answer: () =>
      new Response(
        joined([
          awsEvent('contentBlockDelta', { delta: { text: 'Hi' }, contentBlockIndex: 0 }),
          awsEvent('metadata', { usage: { inputTokens: 9, outputTokens: 3, totalTokens: 12 } }),
        ]),
        { headers: { 'content-type': 'application/vnd.amazon.eventstream' } },
      ),
    lane: 'bedrock-runtime.eu-west-1.amazonaws.com/us.amazon.nova-pro-v1:0',
    usage: [9, 3],
  },
  {
    name: 'Voyage',
    url: 'https://api.voyageai.com/v1/embeddings',
    body: { model: 'voyage-3.5', input: ['Say hi, and nothing else at all'] },
    answer: json({ object: 'list', data: [], usage: { total_tokens: 9 } }),
    lane: 'api.voyageai.com/voyage-3.5',
    usage: [9, 0],
  },
  {
    name: 'Voyage, with parts',
    url: 'https://api.voyageai.com/v1/multimodalembeddings',
    body: {
      model: 'voyage-multimodal-3',
      inputs: [{ content: [{ type: 'text', text: 'Say hi, and nothing else at all' }] }],
    },
    answer: json({ data: [], usage: { text_tokens: 9, image_pixels: 0, total_tokens: 9 } }),
    lane: 'api.voyageai.com/voyage-multimodal-3',
    usage: [9, 0],
  },
  {
    name: 'Voyage, in context',
    url: 'https://api.voyageai.com/v1/contextualizedembeddings',
    body: { model: 'voyage-context-3', inputs: [['Say hi,', 'and nothing else at all']] },
    answer: json({ data: [], usage: { total_tokens: 9 } }),
    lane: 'api.voyageai.com/voyage-context-3',
    usage: [9, 0],
  },
  {
    name: 'Gemini, an interaction',
    url: 'https://generativelanguage.googleapis.com/v1beta/interactions',
    body: { model: 'models/gemini-3.8-flash', input: 'Say hi, and nothing else at all' },
    answer: json({ id: 'i', status: 'completed', usage: INTERACTION_USAGE }),
    lane: 'generativelanguage.googleapis.com/gemini-3.8-flash',
    usage: [9, 23],
  },
  {
    name: 'Gemini, an interaction’s stream',
    url: 'https://generativelanguage.googleapis.com/v1beta/interactions',
    body: {
      model: 'gemini-3.8-flash',
      input: [
        { role: 'user', content: 'Say hi,' },
        { role: 'user', content: [{ type: 'text', text: 'and nothing else at all' }] },
      ],
      stream: true,
    },
    answer: sse(
      { event_type: 'step.delta', index: 0, delta: { type: 'text', text: 'Hi' } },
      { event_type: 'interaction.completed', interaction: { id: 'i', usage: INTERACTION_USAGE } },
    ),
    lane: 'generativelanguage.googleapis.com/gemini-3.8-flash',
    usage: [9, 23],
  },
  {
    name: 'Mistral, a conversation',
    url: 'https://api.mistral.ai/v1/conversations#stream',
    body: { model: 'mistral-medium-latest', inputs: 'Say hi, and nothing else at all' },
    answer: sse(
      { type: 'message.output.delta', content: 'Hi' },
      { type: 'conversation.response.done', usage: { prompt_tokens: 9, completion_tokens: 3 } },
    ),
    lane: 'api.mistral.ai/mistral-medium',
    usage: [9, 3],
  },
  {
    name: 'Mistral, an agent',
    url: 'https://api.mistral.ai/v1/agents/completions',
    body: { agent_id: 'ag_1', messages },
    answer: json({ choices: [], usage: { prompt_tokens: 9, completion_tokens: 3 } }),
    lane: 'api.mistral.ai/ag_1',
    usage: [9, 3],
  },
  {
    name: 'Bedrock InvokeModel',
    url: `${BEDROCK}/invoke`,
    body: { prompt: 'Say hi, and nothing else at all', max_gen_len: 8 },
    answer: json(
      { generation: 'Hi' },
      {
        headers: {
          'x-amzn-bedrock-input-token-count': '9',
          'x-amzn-bedrock-output-token-count': '3',
        },
      },
    ),
    lane: 'bedrock-runtime.eu-west-1.amazonaws.com/us.amazon.nova-pro-v1:0',
    usage: [9, 3],
  },
  {
    name: 'Bedrock InvokeModelWithResponseStream',
    url: `${BEDROCK}/invoke-with-response-stream`,
    body: { inputText: 'Say hi, and nothing else at all' },
    answer: () =>
      new Response(
        joined([
          awsEvent('chunk', {
            bytes: btoa(
              JSON.stringify({
                outputText: 'Hi',
                'amazon-bedrock-invocationMetrics': { inputTokenCount: 9, outputTokenCount: 3 },
              }),
            ),
          }),
        ]),
        { headers: { 'content-type': 'application/vnd.amazon.eventstream' } },
      ),
    lane: 'bedrock-runtime.eu-west-1.amazonaws.com/us.amazon.nova-pro-v1:0',
    usage: [9, 3],
  },
  {
    name: 'Azure, by Cloudflare’s gateway',
    url: 'https://gateway.ai.cloudflare.com/v1/a/g/azure-openai/r/gpt-eu/chat/completions?v=1',
    body: { messages },
    answer: json({ choices: [], usage: { prompt_tokens: 9, completion_tokens: 3 } }),
    lane: 'gateway.ai.cloudflare.com/gpt-eu',
    usage: [9, 3],
  },
  {
    name: 'Vercel’s AI Gateway',
    url: 'https://ai-gateway.vercel.sh/v1/chat/completions',
    body: { model: 'openai/gpt-4o', messages },
    answer: json({ choices: [], usage: { prompt_tokens: 9, completion_tokens: 3 } }),
    lane: 'ai-gateway.vercel.sh/openai/gpt-4o',
    usage: [9, 3],
  },
];

const post = (body: object): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

describe.each(WIRES)('a call of $name', ({ url, body, answer, lane, usage }) => {
  it('is estimated, and settled with its usage', async () => {
    const bench = fetchBench((clock) => scripted(clock, answer).fetch, { limits: { tpm: 10_000 } });
    const told: UsageEvent[] = [];
    bench.limiter.on('usage', (event) => told.push(event));
    const response = await bench.clock.run(bench.fetch(url, post(body)));
    await bench.clock.run(response.arrayBuffer());
    const [inputTokens, outputTokens] = usage;
    expect(told).toMatchObject([{ lane, actual: { inputTokens, outputTokens } }]);
    expect(told[0]?.estimated.inputTokens).toBeGreaterThan(6);
    expect(told[0]?.estimated.inputTokens).toBeLessThan(20);
    expect(underWay(bench.limiter)).toEqual(NOTHING);
  });

  it('is sent again after its 429', async () => {
    const details = [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '7s' }];
    const google = {
      error: { code: 429, status: 'RESOURCE_EXHAUSTED', message: 'Quota', details },
    };
    const isGoogle = url.includes('googleapis');
    const refusal = isGoogle
      ? json(google, { status: 429 })
      : json({ message: 'Too many requests' }, { status: 429, headers: { 'retry-after': '7' } });
    let seen: { at: number }[] = [];
    const bench = fetchBench((clock) => {
      const server = scripted(clock, refusal, answer);
      seen = server.seen;
      return server.fetch;
    });
    const response = await bench.clock.run(bench.fetch(url, post(body)));
    expect(response.status).toBe(200);
    expect(seen.map(({ at }) => at)).toEqual([0, 7000]);
  });
});

describe('a call with less output', () => {
  it.each([
    [`${GEMINI}:generateContent`, { contents }, 'generationConfig', 'maxOutputTokens'],
    [`${BEDROCK}/converse`, { messages: blocks }, 'inferenceConfig', 'maxTokens'],
    [
      'https://generativelanguage.googleapis.com/v1beta/interactions',
      { model: 'gemini-3.8-flash', input: 'Say hi' },
      'generation_config',
      'max_output_tokens',
    ],
    [
      'https://api.mistral.ai/v1/conversations',
      { model: 'mistral-medium-latest', inputs: 'Say hi' },
      'completion_args',
      'max_tokens',
    ],
  ])('says so where the API has it: %s', async (url, body, within, name) => {
    let sent: unknown;
    const limits = { limits: { otpm: 2000, tpm: 2000 }, headroom: 0 };
    const bench = fetchBench(
      (clock) => {
        const { fetch, seen } = scripted(clock, json({}));
        return async (...given) => {
          const response = await fetch(...given);
          sent = seen.at(-1)?.body;
          return response;
        };
      },
      limits,
      { onLimit: 'degrade' },
    );
    const asked = { ...body, [within]: { temperature: 0, [name]: 50_000 } };
    await bench.clock.run(bench.fetch(url, post(asked)));
    expect(sent).toMatchObject({ ...body, [within]: { temperature: 0 } });
    const lowered = Object(sent)[within][name];
    expect(lowered).toBeGreaterThanOrEqual(256);
    expect(lowered).toBeLessThanOrEqual(2000);
  });
});
