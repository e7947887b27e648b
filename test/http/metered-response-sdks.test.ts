import Anthropic from '@anthropic-ai/sdk';
import Anthropic0 from 'anthropic0';
import OpenAI from 'openai';
import OpenAI5 from 'openai5';
import OpenAI6 from 'openai6';
import { describe, expect, test } from 'vitest';
import { meterResponse, type ResponseEnd } from '../../src/http/metered-response.ts';

const SSE = { 'content-type': 'text/event-stream' };

/** OpenAI's chat stream with `include_usage` (API reference, 2026-08). */
const CHAT = `${[
  { choices: [{ index: 0, delta: { role: 'assistant', content: '' } }], usage: null },
  { choices: [{ index: 0, delta: { content: 'Hello' } }], usage: null },
  { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }], usage: null },
  { choices: [], usage: { prompt_tokens: 9, completion_tokens: 2, total_tokens: 11 } },
]
  .map((chunk) => `data: ${JSON.stringify({ object: 'chat.completion.chunk', ...chunk })}\n\n`)
  .join('')}data: [DONE]\n\n`;

/** Anthropic's message stream (docs.claude.com, "Streaming messages", 2026-08). */
const MESSAGE = [
  {
    type: 'message_start',
    message: {
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      content: [],
      model: 'm',
      usage: { input_tokens: 25, output_tokens: 1 },
    },
  },
  { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
  { type: 'ping' },
  { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Hello' } },
  { type: 'content_block_stop', index: 0 },
  { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 15 } },
  { type: 'message_stop' },
]
  .map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
  .join('');

/** A fetch that answers every call the same, metered. */
function answering(body: string, headers: Record<string, string>) {
  const ends: ResponseEnd[] = [];
  const fetch = async () =>
    meterResponse(new Response(body, { headers }), {
      hideUsageChunk: true,
      onEnd: (end) => void ends.push(end),
    });
  return { ends, options: { apiKey: 'test', fetch, maxRetries: 0 } };
}

// The versions are the same as far as these tests go, but their types don't know each other.
const OPENAI = [
  ['openai 7', OpenAI],
  ['openai 6', OpenAI6 as unknown as typeof OpenAI],
  ['openai 5', OpenAI5 as unknown as typeof OpenAI],
] as const;
const ANTHROPIC = [
  ['@anthropic-ai/sdk 1', Anthropic],
  ['@anthropic-ai/sdk 0', Anthropic0 as unknown as typeof Anthropic],
] as const;

describe.each(OPENAI)('%s', (_, Client) => {
  const question = { model: 'm', messages: [{ role: 'user' as const, content: 'Hi' }] };

  test('a stream is read without the usage that the caller did not ask for', async () => {
    const { ends, options } = answering(CHAT, SSE);
    const stream = await new Client(options).chat.completions.create({ ...question, stream: true });
    const chunks: unknown[] = [];
    for await (const chunk of stream) chunks.push(chunk);
    expect(chunks.length).toBe(3);
    expect(chunks.some((chunk) => JSON.stringify(chunk).includes('usage'))).toBe(false);
    expect(ends).toMatchObject([{ usage: { inputTokens: 9, outputTokens: 2 } }]);
  });

  test('a stream that the caller leaves ends all the same', async () => {
    const { ends, options } = answering(CHAT, SSE);
    const stream = await new Client(options).chat.completions.create({ ...question, stream: true });
    for await (const _ of stream) break;
    expect(ends).toMatchObject([{ complete: false }]);
  });

  test('JSON, with its response', async () => {
    const usage = { prompt_tokens: 9, completion_tokens: 2, total_tokens: 11 };
    const body = JSON.stringify({ object: 'chat.completion', choices: [], usage });
    const { ends, options } = answering(body, { 'content-type': 'application/json' });
    const create = new Client(options).chat.completions.create(question);
    const { data, response } = await create.withResponse();
    expect(data.usage).toEqual(usage);
    expect(response).toBeInstanceOf(Response);
    expect(ends).toMatchObject([{ usage: { inputTokens: 9, outputTokens: 2 }, complete: true }]);
  });
});

describe.each(ANTHROPIC)('%s', (_, Client) => {
  const question = {
    model: 'm',
    max_tokens: 64,
    messages: [{ role: 'user' as const, content: 'Hi' }],
  };

  test('messages.stream() gives the final message', async () => {
    const { ends, options } = answering(MESSAGE, SSE);
    const message = await new Client(options).messages.stream(question).finalMessage();
    expect(message.content).toMatchObject([{ text: 'Hello' }]);
    expect(ends).toMatchObject([{ usage: { inputTokens: 25, outputTokens: 15 } }]);
  });

  test('a stream that the caller leaves is charged with what was seen', async () => {
    const { ends, options } = answering(MESSAGE, SSE);
    const stream = await new Client(options).messages.create({ ...question, stream: true });
    for await (const _ of stream) break;
    expect(ends).toMatchObject([{ usage: { inputTokens: 25 }, complete: false }]);
  });
});
