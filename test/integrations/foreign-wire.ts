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
  chat(path: string, body: unknown): { readonly body: object; readonly isStream: boolean };
  answer(text: string, usage: Usage): object;
  /** The events of a stream, as JSON. */
  events(text: string, usage: Usage): readonly object[];
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
    const { body, isStream } = wire.chat(pathname, parseJson(await request.text()));
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
    if (!isStream) return Response.json(wire.answer(text, usage));
    const events = wire.events(text, usage).map((event) => `data: ${JSON.stringify(event)}\n\n`);
    return new Response(events.join(''), { headers: { 'content-type': 'text/event-stream' } });
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
  events: (text, usage) => [
    {
      candidates: [{ content: { role: 'model', parts: [{ text: text.slice(0, 5) }] }, index: 0 }],
      usageMetadata: { promptTokenCount: usage.input, totalTokenCount: usage.input },
    },
    geminiWire.answer(text.slice(5), usage),
  ],
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
  events: (text, usage) => [
    { type: 'message-start', id: 'c', delta: { message: { role: 'assistant', content: [] } } },
    {
      type: 'content-start',
      index: 0,
      delta: { message: { content: { type: 'text', text: '' } } },
    },
    { type: 'content-delta', index: 0, delta: { message: { content: { text } } } },
    { type: 'content-end', index: 0 },
    { type: 'message-end', delta: { finish_reason: 'COMPLETE', usage: cohereUsage(usage) } },
  ],
  error: (message) => ({ id: 'e', message }),
};

function cohereUsage({ input, output }: Usage): object {
  const tokens = { input_tokens: input, output_tokens: output };
  return { billed_units: tokens, tokens };
}
