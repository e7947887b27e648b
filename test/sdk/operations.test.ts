import type Anthropic from '@anthropic-ai/sdk';
import type OpenAI from 'openai';
import { zodResponseFormat, zodTextFormat } from 'openai/helpers/zod';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { LimitableClient } from '../../src/with-rate-limit.ts';
import { broken, events, json } from './bench.ts';
import {
  type AnyClient,
  anthropicSdks,
  CHAT,
  type EachSdk,
  MESSAGE,
  openaiSdks,
  sdks,
  shapedSdks,
} from './sdks.ts';
import {
  all,
  type Operation,
  script,
  sideBySide,
  simulatorOf,
  withoutUsageQuestion,
} from './side-by-side.ts';

const SCHEMA = z.object({ a: z.number() });
const CHAT_TEXT = { ...CHAT, max_tokens: 100 };

const add = {
  type: 'function' as const,
  function: {
    name: 'add',
    description: 'Adds',
    parameters: { type: 'object', properties: { a: { type: 'number' } } },
    parse: JSON.parse,
    function: ({ a }: { a: number }) => String(a + 1),
  },
};

const chatAnswer = (message: object, finish: string): (() => Response) =>
  json({
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 0,
    model: 'gpt-4o',
    choices: [{ index: 0, message: { role: 'assistant', ...message }, finish_reason: finish }],
    usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 },
  });

const toolCalls = [
  { id: 'call_1', type: 'function', function: { name: 'add', arguments: '{"a":1}' } },
];

const openaiCalls: readonly Operation<OpenAI>[] = [
  ['chat.completions.create', (client) => client.chat.completions.create(CHAT)],
  [
    'a stream',
    async (client) => all(await client.chat.completions.create({ ...CHAT, stream: true })),
  ],
  [
    'a stream of several choices',
    async (client) => all(await client.chat.completions.create({ ...CHAT, n: 2, stream: true })),
  ],
  [
    'a stream that is asked for its usage',
    async (client) =>
      all(
        await client.chat.completions.create({
          ...CHAT,
          stream: true,
          stream_options: { include_usage: true },
        }),
      ),
  ],
  [
    'chat.completions.stream',
    (client) => client.chat.completions.stream(CHAT).finalChatCompletion(),
  ],
  [
    'the events of chat.completions.stream',
    async (client) => {
      const names: unknown[] = [];
      const stream = client.chat.completions.stream(CHAT);
      stream.on('chunk', (chunk) => names.push(chunk)).on('content', (text) => names.push(text));
      await stream.done();
      return [names, await stream.totalUsage().catch(String)];
    },
  ],
  [
    'chat.completions.parse',
    (client) =>
      client.chat.completions.parse({
        ...CHAT_TEXT,
        response_format: zodResponseFormat(SCHEMA, 'answer'),
      }),
  ],
  [
    'chat.completions.runTools',
    async (client) => {
      const runner = client.chat.completions.runTools({ ...CHAT, tools: [add] });
      return [await runner.finalContent(), runner.messages, await runner.totalUsage()];
    },
    script(
      chatAnswer({ content: null, tool_calls: toolCalls }, 'tool_calls'),
      chatAnswer({ content: 'Two.' }, 'stop'),
    ),
  ],
  [
    'chat.completions.runTools as a stream',
    async (client) => {
      const runner = client.chat.completions.runTools({ ...CHAT, stream: true, tools: [add] });
      return [await all(runner), await runner.finalContent()];
    },
  ],
  ['responses.create', (client) => client.responses.create({ model: 'gpt-4o', input: 'Hi' })],
  [
    'responses.create as a stream',
    async (client) =>
      all(await client.responses.create({ model: 'gpt-4o', input: 'Hi', stream: true })),
  ],
  [
    'responses.stream',
    (client) => client.responses.stream({ model: 'gpt-4o', input: 'Hi' }).finalResponse(),
  ],
  [
    'responses.parse',
    (client) =>
      client.responses.parse({
        model: 'gpt-4o',
        input: 'Hi',
        text: { format: zodTextFormat(SCHEMA, 'answer') },
      }),
  ],
  [
    'embeddings.create',
    (client) => client.embeddings.create({ model: 'text-embedding-3-small', input: ['a', 'b'] }),
  ],
  [
    'files.create',
    (client) => client.files.create({ purpose: 'batch', file: new File(['{}'], 'a.jsonl') }),
    script(json({ id: 'file_1', object: 'file', bytes: 2 })),
  ],
  [
    'audio.transcriptions.create, a form that is metered',
    (client) =>
      client.audio.transcriptions.create({ model: 'whisper-1', file: new File(['x'], 'a.mp3') }),
    script(json({ text: 'hi', usage: { input_tokens: 1, output_tokens: 1, total_tokens: 2 } })),
  ],
  [
    'audio.speech.create, which answers bytes',
    async (client) => {
      const response = await client.audio.speech.create({
        model: 'tts-1',
        voice: 'ash',
        input: 'x',
      });
      return Array.from(new Uint8Array(await response.arrayBuffer()));
    },
    script(
      () => new Response(new Uint8Array([1, 2, 3]), { headers: { 'content-type': 'audio/mp3' } }),
    ),
  ],
  [
    'auto-pagination',
    (client) => all(client.files.list()),
    script(
      json({ object: 'list', has_more: true, data: [{ id: 'a' }, { id: 'b' }] }),
      json({ object: 'list', has_more: false, data: [{ id: 'c' }] }),
    ),
  ],
  ['a raw post', (client) => client.post('/chat/completions', { body: CHAT })],
  [
    'a raw post of a stream',
    async (client) =>
      all(
        await client.post<AsyncIterable<unknown>>('/chat/completions', {
          body: { ...CHAT, stream: true },
          stream: true,
        } as never),
      ),
  ],
];

const tool = {
  type: 'custom' as const,
  name: 'add',
  input_schema: { type: 'object' as const, properties: { a: { type: 'number' } } },
  run: ({ a }: { a: number }) => String(a + 1),
  parse: (content: unknown) => content as { a: number },
};

const messageAnswer = (content: object[], reason: string): (() => Response) =>
  json({
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'claude-sonnet-5',
    content,
    stop_reason: reason,
    stop_sequence: null,
    usage: { input_tokens: 10, output_tokens: 5 },
  });

const anthropicCalls: readonly Operation<Anthropic>[] = [
  ['messages.create', (client) => client.messages.create(MESSAGE)],
  ['a stream', async (client) => all(await client.messages.create({ ...MESSAGE, stream: true }))],
  ['messages.stream', (client) => client.messages.stream(MESSAGE).finalMessage()],
  [
    'the events of messages.stream',
    async (client) => {
      const seen: unknown[] = [];
      const stream = client.messages.stream(MESSAGE);
      stream.on('streamEvent', (event) => seen.push(event)).on('text', (text) => seen.push(text));
      await stream.done();
      return seen;
    },
  ],
  [
    'messages.parse',
    (client) =>
      client.messages.parse({
        ...MESSAGE,
        max_tokens: 100,
        output_config: { format: { type: 'json_schema', schema: { type: 'object' } } },
      }),
  ],
  ['messages.countTokens', (client) => client.messages.countTokens(MESSAGE)],
  ['beta.messages.create', (client) => client.beta.messages.create(MESSAGE)],
  [
    'beta.messages.toolRunner',
    async (client) => client.beta.messages.toolRunner({ ...MESSAGE, tools: [tool] }),
    script(
      messageAnswer(
        [{ type: 'tool_use', id: 'toolu_1', name: 'add', input: { a: 1 } }],
        'tool_use',
      ),
      messageAnswer([{ type: 'text', text: 'Two.' }], 'end_turn'),
    ),
  ],
  [
    'beta.messages.toolRunner as a stream',
    async (client) => {
      const turns: unknown[] = [];
      const runner = client.beta.messages.toolRunner({ ...MESSAGE, stream: true, tools: [tool] });
      for await (const turn of runner) turns.push(await all(turn));
      return turns;
    },
  ],
  [
    'beta.files.upload',
    (client) => client.beta.files.upload({ file: new File(['{}'], 'a.json') }),
    script(json({ id: 'file_1', type: 'file', size_bytes: 2 })),
  ],
  [
    'auto-pagination',
    (client) => all(client.models.list()),
    script(
      json({ data: [{ id: 'a' }], has_more: true, first_id: 'a', last_id: 'a' }),
      json({ data: [{ id: 'b' }], has_more: false, first_id: 'b', last_id: 'b' }),
    ),
  ],
  ['a raw post', (client) => client.post('/v1/messages', { body: MESSAGE })],
];

const common = (sdk: EachSdk): readonly Operation<AnyClient>[] => [
  [
    'asResponse',
    async (client) => {
      const response = await sdk.ask(client).asResponse();
      const { status, statusText, ok, redirected, url } = response;
      return [
        status,
        statusText,
        ok,
        redirected,
        url,
        [...response.headers],
        await response.text(),
      ];
    },
  ],
  [
    'withResponse',
    async (client) => {
      const { data, response } = await sdk.ask(client).withResponse();
      return [data, response.status, [...response.headers], response.bodyUsed];
    },
  ],
  [
    'asResponse of a stream',
    async (client) => {
      const text = await (await sdk.stream(client).asResponse()).text();
      return text;
    },
  ],
  [
    'tee',
    async (client) => {
      const [one, other] = (await sdk.stream(client)).tee();
      return Promise.all([all(one), all(other)]);
    },
  ],
  [
    'toReadableStream',
    async (client) => new Response((await sdk.stream(client)).toReadableStream()).text(),
  ],
  [
    'break',
    async (client) => {
      const stream = await sdk.stream(client);
      for await (const chunk of stream) return [chunk, stream.controller.signal.aborted];
      return undefined;
    },
  ],
  [
    'controller.abort()',
    async (client) => {
      const stream = await sdk.stream(client);
      const seen: unknown[] = [];
      for await (const chunk of stream) {
        seen.push(chunk);
        if (seen.length === 2) stream.controller.abort();
      }
      return seen;
    },
  ],
  ['models.list', (client) => sdk.free(client)],
  [
    'headers and timeout of a call',
    (client) => sdk.ask(client, { headers: { 'x-own': 'a' }, timeout: 9000 }),
  ],
  ['a 400', (client) => sdk.ask(client), script(broken(400))],
  ['a 401', (client) => sdk.ask(client), script(broken(401))],
  ['a 403', (client) => sdk.ask(client), script(broken(403))],
  ['a 404', (client) => sdk.ask(client), script(broken(404))],
  ['a 413', (client) => sdk.ask(client), script(broken(413))],
  ['a 500 and its retries', (client) => sdk.ask(client), script(broken(500))],
  ['a 500 that is over', (client) => sdk.ask(client), script(broken(), json(sdk.answer))],
  ['a 409', (client) => sdk.ask(client), script(broken(409))],
  ['a 500 of a stream', (client) => sdk.stream(client), script(broken(500))],
  [
    'a 529 that is not retried',
    (client) => sdk.ask(client, { maxRetries: 0 }),
    script(broken(529)),
  ],
  [
    'a 503 that is not retried',
    (client) => sdk.ask(client, { maxRetries: 0 }),
    script(broken(503)),
  ],
  [
    'an error that is no JSON',
    (client) => sdk.ask(client),
    script(() => new Response('<html>', { status: 404 })),
  ],
  [
    'a 429 that is no JSON',
    (client) => sdk.ask(client, { maxRetries: 0 }),
    script(() => new Response('<html>', { status: 429, headers: { 'x-a': 'b' } })),
  ],
  ['no connection', (client) => sdk.ask(client), script(new TypeError('fetch failed'))],
  [
    'no connection once',
    (client) => sdk.ask(client),
    script(new TypeError('fetch failed'), json(sdk.answer)),
  ],
  [
    'malformed JSON',
    (client) => sdk.ask(client),
    script(() => new Response('{"a":', { headers: { 'content-type': 'application/json' } })),
  ],
  [
    'a text',
    (client) => sdk.ask(client),
    script(() => new Response('hi', { headers: { 'content-type': 'text/plain' } })),
  ],
  ['no content', (client) => sdk.ask(client), script(() => new Response(null, { status: 204 }))],
  [
    'a body of no length',
    (client) => sdk.ask(client),
    script(
      () =>
        new Response('', {
          headers: { 'content-type': 'application/json', 'content-length': '0' },
        }),
    ),
  ],
  [
    'a stream without a body',
    async (client) => all(await sdk.stream(client)),
    script(() => new Response(null)),
  ],
  [
    'a stream of malformed events',
    async (client) => all(await sdk.stream(client)),
    script(events('event: message_start\ndata: {', 'data: [DONE]')),
  ],
  [
    'a stream that is JSON',
    async (client) => all(await sdk.stream(client)),
    script(json(sdk.answer)),
  ],
  [
    'a redirect that is not followed',
    (client) => sdk.ask(client),
    script(() => new Response(null, { status: 304 })),
  ],
];

async function expectSame<C extends LimitableClient>(
  make: (options: { fetch: typeof fetch }) => C,
  serve: NonNullable<Operation<C>[2]>,
  operation: Operation<C>[1],
): Promise<void> {
  const { bare, limited, lanes } = await sideBySide(make, serve, operation);
  expect(limited.outcome).toEqual(bare.outcome);
  expect(withoutUsageQuestion(limited.seen).map(({ at: _, ...rest }) => rest)).toEqual(
    withoutUsageQuestion(bare.seen).map(({ at: _, ...rest }) => rest),
  );
  expect(lanes.map(({ inFlight, queued }) => [inFlight, queued])).toEqual(lanes.map(() => [0, 0]));
}

/** Every operation, with each kind of client. */
function suite<C extends LimitableClient>(
  sdk: {
    name: string;
    provider: EachSdk['provider'];
    make: (options: { fetch: typeof fetch }) => C;
  },
  operations: readonly Operation<C>[],
): void {
  describe(`${sdk.name} does the same with and without limits`, () => {
    for (const [name, operation, serve = simulatorOf(sdk.provider)] of operations) {
      it(name, () => expectSame((options) => sdk.make(options), serve, operation));
    }
  });
}

for (const sdk of [...sdks, ...(shapedSdks as unknown as EachSdk[])]) suite(sdk, common(sdk));
for (const sdk of openaiSdks) suite(sdk, openaiCalls);
for (const sdk of anthropicSdks) suite(sdk, anthropicCalls);
