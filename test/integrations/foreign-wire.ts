import { EventStreamCodec } from '@smithy/eventstream-codec';
import { joined } from '../../src/http/bytes.ts';
import {
  countMember,
  elementsOf,
  field,
  member,
  parseJson,
  textField,
} from '../../src/model/json.ts';
import type { Fetch } from '../sdk/sdks.ts';

/** How another API says what a chat of OpenAI's says. */
export interface ForeignWire {
  /** Its body as that of a chat, and whether it asks for a stream. */
  chat(
    path: string,
    body: unknown,
    headers: Headers,
  ): { readonly body: object; readonly isStream: boolean };
  answer(text: string, usage: Usage): object;
  stream(text: string, usage: Usage): Response;
  error(message: string): object;
}

export interface Usage {
  readonly input: number;
  readonly output: number;
}

/** Lets a simulator that speaks OpenAI's API answer in another one: its limits are the same. */
export function translated(wire: ForeignWire): (fetch: Fetch) => Fetch {
  return (fetch) => async (input, init) => {
    const request = new Request(input, init);
    const { origin, pathname } = new URL(request.url);
    const { body, isStream } = wire.chat(
      pathname,
      parseJson(await request.text()),
      request.headers,
    );
    const response = await fetch(`${origin}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: 'Bearer key', 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: request.signal,
    });
    const json: unknown = await response.json();
    const { status, headers } = response;
    if (!response.ok) return Response.json(wire.error('Refused'), { status, headers });
    const [choice] = elementsOf(member(json, 'choices'));
    const text = textField(field(choice, 'message'), 'content');
    const usage = {
      input: countMember(json, 'usage', 'prompt_tokens') ?? 0,
      output: countMember(json, 'usage', 'completion_tokens') ?? 0,
    };
    return isStream ? wire.stream(text, usage) : Response.json(wire.answer(text, usage));
  };
}

export const geminiWire: ForeignWire = {
  chat(path, body) {
    const [, model = '', method = ''] = /\/models\/([^:]+):(\w+)$/.exec(path) ?? [];
    const messages = [...elementsOf(field(body, 'contents'))].map((content) => ({
      role: 'user',
      content: textField(field(field(content, 'parts'), 0), 'text'),
    }));
    const max_tokens = countMember(body, 'generationConfig', 'maxOutputTokens');
    return { body: { model, messages, max_tokens }, isStream: method.startsWith('stream') };
  },
  answer: (text, { input, output }) => ({
    candidates: [{ content: { role: 'model', parts: [{ text }] }, finishReason: 'STOP', index: 0 }],
    usageMetadata: {
      promptTokenCount: input,
      candidatesTokenCount: output,
      totalTokenCount: input + output,
    },
  }),
  stream: (text, usage) =>
    sse(
      {
        candidates: [{ content: { role: 'model', parts: [{ text: text.slice(0, 5) }] }, index: 0 }],
        usageMetadata: { promptTokenCount: usage.input, totalTokenCount: usage.input },
      },
      geminiWire.answer(text.slice(5), usage),
    ),
  error: (message) => ({ error: { code: 429, status: 'RESOURCE_EXHAUSTED', message } }),
};

export const cohereWire: ForeignWire = {
  chat: (_, body) => ({
    body: {
      model: field(body, 'model'),
      messages: field(body, 'messages'),
      max_tokens: field(body, 'max_tokens'),
    },
    isStream: field(body, 'stream') === true,
  }),
  answer: (text, usage) => ({
    id: 'c',
    finish_reason: 'COMPLETE',
    message: { role: 'assistant', content: [{ type: 'text', text }] },
    usage: cohereUsage(usage),
  }),
  stream: (text, usage) =>
    sse(
      { type: 'message-start', id: 'c', delta: { message: { role: 'assistant', content: [] } } },
      {
        type: 'content-start',
        index: 0,
        delta: { message: { content: { type: 'text', text: '' } } },
      },
      { type: 'content-delta', index: 0, delta: { message: { content: { text } } } },
      { type: 'content-end', index: 0 },
      { type: 'message-end', delta: { finish_reason: 'COMPLETE', usage: cohereUsage(usage) } },
    ),
  error: (message) => ({ id: 'e', message }),
};

function cohereUsage({ input, output }: Usage): object {
  const tokens = { input_tokens: input, output_tokens: output };
  return { billed_units: tokens, tokens };
}

const codec = new EventStreamCodec(
  (bytes) => new TextDecoder().decode(bytes),
  (text) => new TextEncoder().encode(text),
);

export const converseWire: ForeignWire = {
  chat(path, body) {
    const [, model = '', method = ''] = /\/model\/([^/]+)\/([\w-]+)$/.exec(path) ?? [];
    const messages = [...elementsOf(field(body, 'messages'))].map((message) => ({
      role: 'user',
      content: textField(field(field(message, 'content'), 0), 'text'),
    }));
    const max_tokens = countMember(body, 'inferenceConfig', 'maxTokens');
    const chat = { model: decodeURIComponent(model), messages, max_tokens };
    return { body: chat, isStream: method.endsWith('stream') };
  },
  answer: (text, usage) => ({
    output: { message: { role: 'assistant', content: [{ text }] } },
    stopReason: 'end_turn',
    usage: converseUsage(usage),
  }),
  stream: (text, usage) =>
    aws(
      ['messageStart', { role: 'assistant' }],
      ['contentBlockDelta', { contentBlockIndex: 0, delta: { text } }],
      ['contentBlockStop', { contentBlockIndex: 0 }],
      ['messageStop', { stopReason: 'end_turn' }],
      ['metadata', { usage: converseUsage(usage), metrics: { latencyMs: 1 } }],
    ),
  error: (message) => ({ message }),
};

function converseUsage({ input, output }: Usage): object {
  return { inputTokens: input, outputTokens: output, totalTokens: input + output };
}

/** Cohere's first API: a line of JSON for each event. */
export const cohereV1Wire: ForeignWire = {
  chat: (_, body) => ({
    body: {
      model: field(body, 'model'),
      messages: [{ role: 'user', content: field(body, 'message') }],
      max_tokens: field(body, 'max_tokens'),
    },
    isStream: field(body, 'stream') === true,
  }),
  answer: (text, usage) => ({ text, generation_id: 'c', meta: cohereUsage(usage) }),
  stream(text, usage) {
    const events = [
      { event_type: 'stream-start', generation_id: 'c' },
      { event_type: 'text-generation', text },
      {
        event_type: 'stream-end',
        finish_reason: 'COMPLETE',
        response: cohereV1Wire.answer(text, usage),
      },
    ];
    const lines = events.map((event) => `${JSON.stringify(event)}\n`).join('');
    return new Response(lines, { headers: { 'content-type': 'application/stream+json' } });
  },
  error: (message) => ({ message }),
};

/** Vercel's AI Gateway, in the AI SDK's own words. */
export const gatewayWire: ForeignWire = {
  chat(_, body, headers) {
    const messages = [...elementsOf(field(body, 'prompt'))].map((message) => ({
      role: 'user',
      content: textField(field(field(message, 'content'), 0), 'text'),
    }));
    const model = headers.get('ai-language-model-id');
    return {
      body: { model, messages, max_tokens: field(body, 'maxOutputTokens') },
      isStream: headers.get('ai-language-model-streaming') === 'true',
    };
  },
  answer: (text, usage) => ({
    content: [{ type: 'text', text }],
    finishReason: { unified: 'stop', raw: 'stop' },
    usage: gatewayUsage(usage),
    warnings: [],
  }),
  stream: (text, usage) =>
    sse(
      { type: 'stream-start', warnings: [] },
      { type: 'text-start', id: '1' },
      { type: 'text-delta', id: '1', delta: text },
      { type: 'text-end', id: '1' },
      {
        type: 'finish',
        finishReason: { unified: 'stop', raw: 'stop' },
        usage: gatewayUsage(usage),
      },
    ),
  error: (message) => ({ error: { message, type: 'rate_limit_exceeded' } }),
};

function gatewayUsage({ input, output }: Usage): object {
  return {
    inputTokens: { total: input, noCache: input, cacheRead: 0, cacheWrite: 0 },
    outputTokens: { total: output, text: output, reasoning: 0 },
  };
}

function sse(...events: readonly object[]): Response {
  const text = events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('');
  return new Response(text, { headers: { 'content-type': 'text/event-stream' } });
}

function aws(...events: readonly (readonly [type: string, payload: object])[]): Response {
  const bytes = events.map(([type, payload]) =>
    codec.encode({
      headers: {
        ':event-type': { type: 'string', value: type },
        ':content-type': { type: 'string', value: 'application/json' },
        ':message-type': { type: 'string', value: 'event' },
      },
      body: new TextEncoder().encode(JSON.stringify(payload)),
    }),
  );
  const headers = { 'content-type': 'application/vnd.amazon.eventstream' };
  return new Response(joined(bytes), { headers });
}
