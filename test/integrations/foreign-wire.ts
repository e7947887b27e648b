import { EventStreamCodec } from '@smithy/eventstream-codec';
import { countMember, elementsOf, field, textField } from '../../src/model/json.ts';
import { quarterOfCharacters } from '../../src/testing/prompt.ts';
import { PROMPT } from './integration.ts';
import type { ForeignStream, ForeignWire, Usage } from './translated.ts';

const encoder = new TextEncoder();
const codec = new EventStreamCodec(
  (bytes) => new TextDecoder().decode(bytes),
  (text) => encoder.encode(text),
);

/** What the simulator counts as input. */
const INPUT = quarterOfCharacters(PROMPT);

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
  stream: sse({
    begin: [],
    piece: (text) => ({
      candidates: [{ content: { role: 'model', parts: [{ text }] }, index: 0 }],
      usageMetadata: { promptTokenCount: INPUT, totalTokenCount: INPUT },
    }),
    end: (_, usage) => [geminiWire.answer('', usage)],
  }),
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
  stream: sse({
    begin: [
      { type: 'message-start', id: 'c', delta: { message: { role: 'assistant', content: [] } } },
      {
        type: 'content-start',
        index: 0,
        delta: { message: { content: { type: 'text', text: '' } } },
      },
    ],
    piece: (text) => ({
      type: 'content-delta',
      index: 0,
      delta: { message: { content: { text } } },
    }),
    end: (_, usage) => [
      { type: 'content-end', index: 0 },
      { type: 'message-end', delta: { finish_reason: 'COMPLETE', usage: cohereUsage(usage) } },
    ],
  }),
  error: (message) => ({ id: 'e', message }),
};

function cohereUsage({ input, output }: Usage): object {
  const tokens = { input_tokens: input, output_tokens: output };
  return { billed_units: tokens, tokens };
}

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
  stream: {
    type: 'application/vnd.amazon.eventstream',
    encode: awsFrame,
    begin: [{ messageStart: { role: 'assistant' } }],
    piece: (text) => ({ contentBlockDelta: { contentBlockIndex: 0, delta: { text } } }),
    end: (_, usage) => [
      { contentBlockStop: { contentBlockIndex: 0 } },
      { messageStop: { stopReason: 'end_turn' } },
      { metadata: { usage: converseUsage(usage), metrics: { latencyMs: 1 } } },
    ],
  },
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
  stream: {
    type: 'application/stream+json',
    encode: (event) => encoder.encode(`${JSON.stringify(event)}\n`),
    begin: [{ event_type: 'stream-start', generation_id: 'c' }],
    piece: (text) => ({ event_type: 'text-generation', text }),
    end: (text, usage) => [
      {
        event_type: 'stream-end',
        finish_reason: 'COMPLETE',
        response: cohereV1Wire.answer(text, usage),
      },
    ],
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
  stream: sse({
    begin: [
      { type: 'stream-start', warnings: [] },
      { type: 'text-start', id: '1' },
    ],
    piece: (delta) => ({ type: 'text-delta', id: '1', delta }),
    end: (_, usage) => [
      { type: 'text-end', id: '1' },
      {
        type: 'finish',
        finishReason: { unified: 'stop', raw: 'stop' },
        usage: gatewayUsage(usage),
      },
    ],
  }),
  error: (message) => ({ error: { message, type: 'rate_limit_exceeded' } }),
};

function gatewayUsage({ input, output }: Usage): object {
  return {
    inputTokens: { total: input, noCache: input, cacheRead: 0, cacheWrite: 0 },
    outputTokens: { total: output, text: output, reasoning: 0 },
  };
}

function sse(events: Omit<ForeignStream, 'type' | 'encode'>): ForeignStream {
  const encode = (event: object) => encoder.encode(`data: ${JSON.stringify(event)}\n\n`);
  return { type: 'text/event-stream', encode, ...events };
}

/** An event is an object of one member, its type. */
function awsFrame(event: object): Uint8Array {
  const [type = '', payload] = Object.entries(event)[0] ?? [];
  return codec.encode({
    headers: {
      ':event-type': { type: 'string', value: type },
      ':content-type': { type: 'string', value: 'application/json' },
      ':message-type': { type: 'string', value: 'event' },
    },
    body: encoder.encode(JSON.stringify(payload)),
  });
}
