import type Anthropic from '@anthropic-ai/sdk';
import type OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import type { RateLimiterOptions } from '../../src/options.ts';
import { bench, described, json, NOTHING, outcome, scripted, underWay } from './bench.ts';
import { type AnyClient, anthropicSdks, CHAT, type EachSdk, MESSAGE, openaiSdks } from './sdks.ts';
import { all } from './side-by-side.ts';

const openais = openaiSdks as unknown as readonly EachSdk[];
const anthropics = anthropicSdks as unknown as readonly EachSdk[];

type Ask = (client: AnyClient) => PromiseLike<unknown>;
interface Failing {
  readonly ask: Ask;
  readonly answer: () => Response;
  /** The pause that follows. */
  readonly cause: 'rate' | 'daily' | 'capacity' | undefined;
  /** Output tokens that count; `undefined` where nothing was produced. */
  readonly output?: number;
}

const sse = (events: readonly object[], type = 'text/event-stream') => {
  const named = events.map(
    (event) =>
      `${'type' in event ? `event: ${event.type}\n` : ''}data: ${JSON.stringify(event)}\n\n`,
  );
  return () => new Response(named.join(''), { headers: { 'content-type': type } });
};
const chunk = (content: string, extra: object = {}) => ({
  id: 'x',
  object: 'chat.completion.chunk',
  choices: [{ index: 0, delta: { content }, finish_reason: null }],
  ...extra,
});

/** Every SDK's client is as good as `AnyClient`; TypeScript can't know which one it is. */
const openai = (client: AnyClient) => client as unknown as OpenAI;
const chat: Ask = (client) => openai(client).chat.completions.create(CHAT);
const chatStream: Ask = async (client) =>
  all(await openai(client).chat.completions.create({ ...CHAT, stream: true }));
const completions: Ask = async (client) =>
  all(
    await openai(client).completions.create({
      model: 'gpt-4o',
      prompt: 'hi',
      max_tokens: 8,
      stream: true,
    }),
  );
const RESPONSE = { model: 'gpt-4o', input: 'hi', max_output_tokens: 8 };
const responses: Ask = (client) => openai(client).responses.create(RESPONSE);
const responsesStream: Ask = async (client) =>
  all(await openai(client).responses.create({ ...RESPONSE, stream: true }));
const messages: Ask = (client) => (client as unknown as Anthropic).messages.create(MESSAGE);
const messagesStream: Ask = async (client) =>
  all(await (client as unknown as Anthropic).messages.create({ ...MESSAGE, stream: true }));
const messagesHelper: Ask = (client) =>
  (client as unknown as Anthropic).messages.stream(MESSAGE).finalMessage();

const limited = { code: 'rate_limit_exceeded', message: 'Rate limit reached. Try again in 22.5s.' };
const response = { id: 'r', object: 'response', output: [], status: 'in_progress', error: null };
const created = { type: 'response.created', sequence_number: 0, response };
const failed = { ...response, status: 'failed', error: limited, usage: null };
const written = {
  type: 'response.output_text.delta',
  item_id: 'i',
  output_index: 0,
  content_index: 0,
  delta: 'Hello you',
};
const overloaded = { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } };
const started = {
  type: 'message_start',
  message: {
    ...MESSAGE,
    id: 'm',
    type: 'message',
    role: 'assistant',
    content: [],
    usage: { input_tokens: 9, output_tokens: 1 },
  },
};
const begun = { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } };
const delta = {
  type: 'content_block_delta',
  index: 0,
  delta: { type: 'text_delta', text: 'Hello you' },
};
const ofUpstream = {
  code: 429,
  message: 'Provider returned error',
  metadata: { provider_name: 'P' },
};

const OPENAI: Readonly<Record<string, Failing>> = {
  'Responses, response.failed': {
    ask: responsesStream,
    answer: sse([created, { type: 'response.failed', sequence_number: 1, response: failed }]),
    cause: 'rate',
  },
  'Responses, an error event': {
    ask: responsesStream,
    answer: sse([created, { type: 'error', ...limited, param: null, sequence_number: 1 }]),
    cause: 'rate',
  },
  'Responses, response.failed after some text': {
    ask: responsesStream,
    answer: sse([
      created,
      written,
      { type: 'response.failed', sequence_number: 2, response: failed },
    ]),
    cause: 'rate',
    output: 3,
  },
  'Responses, JSON': { ask: responses, answer: json(failed), cause: 'rate' },
  'chat, an error chunk': {
    ask: chatStream,
    answer: sse([{ error: { ...limited, type: 'requests' } }]),
    cause: 'rate',
  },
  'chat, an error chunk after some text': {
    ask: chatStream,
    answer: sse([chunk('Hello you'), { error: { ...limited, type: 'requests' } }]),
    cause: 'rate',
    output: 3,
  },
  'chat, an error beside choices (OpenRouter)': {
    ask: chatStream,
    answer: sse([
      {
        ...chunk(''),
        choices: [{ index: 0, delta: { content: '' }, finish_reason: 'error' }],
        error: ofUpstream,
      },
    ]),
    cause: 'capacity',
  },
  'chat, an error event in plain text': {
    ask: chatStream,
    answer: () =>
      new Response('event: error\ndata: "Too many requests"\n\n', {
        headers: { 'content-type': 'text/event-stream' },
      }),
    cause: 'rate',
  },
  'chat, an HTML page in place of a stream': {
    ask: chatStream,
    answer: () =>
      new Response('<html><head><title>429 Too Many Requests</title></head></html>', {
        headers: { 'content-type': 'text/html' },
      }),
    cause: 'rate',
  },
  'chat, a status line in place of a stream': {
    ask: chatStream,
    answer: () =>
      new Response('data: 429 Too Many Requests\n\n', {
        headers: { 'content-type': 'text/event-stream' },
      }),
    cause: 'rate',
  },
  'chat, an error beside data: null': {
    ask: chat,
    answer: json({ code: 50501, message: 'Rejected due to rate limiting.', data: null }),
    cause: 'rate',
  },
  'chat, zeros and no choices, which cost nothing': {
    ask: chat,
    answer: json({ id: '', choices: null, usage: { prompt_tokens: 0, completion_tokens: 0 } }),
    cause: undefined,
  },
  'chat, an error chunk under another content type': {
    ask: chatStream,
    answer: sse([{ error: limited }], 'application/x-ndjson'),
    cause: 'rate',
  },
  'chat, a stream that is JSON': {
    ask: chatStream,
    answer: json({ error: limited }),
    cause: 'rate',
  },
  'chat, JSON': { ask: chat, answer: json({ error: limited }), cause: 'rate' },
  'chat, JSON of a day': {
    ask: chat,
    answer: json({ error: { code: 429, message: 'Limit reached on requests per day' } }),
    cause: 'daily',
  },
  'chat, JSON in a list (Gemini)': {
    ask: chat,
    answer: json([{ error: { code: 429, status: 'RESOURCE_EXHAUSTED', message: 'Exhausted' } }]),
    cause: 'rate',
  },
  'chat, JSON with base_resp (MiniMax)': {
    ask: chat,
    answer: json({ base_resp: { status_code: 1002, status_msg: 'rate limit' }, choices: null }),
    cause: 'rate',
  },
  'chat, JSON of a choice that broke off (OpenRouter)': {
    ask: chat,
    answer: json({
      choices: [
        {
          message: { content: 'Hello you' },
          finish_reason: 'error',
          error: { code: 503, message: 'x' },
        },
      ],
    }),
    cause: 'capacity',
    output: 3,
  },
  'chat, JSON for money': {
    ask: chat,
    answer: json({ error: { code: 'insufficient_quota', message: 'You exceeded your quota' } }),
    cause: undefined,
  },
  'chat, JSON of an error of the server': {
    ask: chat,
    answer: json({ error: { code: 500, message: 'Oops' } }),
    cause: undefined,
  },
  'completions, an error chunk': {
    ask: completions,
    answer: sse([{ error: limited }]),
    cause: 'rate',
  },
};

const ANTHROPIC: Readonly<Record<string, Failing>> = {
  'an error event': { ask: messagesStream, answer: sse([overloaded]), cause: 'capacity' },
  'an error event, with the helper': {
    ask: messagesHelper,
    answer: sse([overloaded]),
    cause: 'capacity',
  },
  'an error event after the start': {
    ask: messagesStream,
    answer: sse([started, { type: 'ping' }, overloaded]),
    cause: 'capacity',
  },
  'an error event after some text': {
    ask: messagesStream,
    answer: sse([started, begun, delta, overloaded]),
    cause: 'capacity',
    output: 3,
  },
  'an error event for a limit': {
    ask: messagesStream,
    answer: sse([started, { type: 'error', error: { type: 'rate_limit_error', message: 'Over' } }]),
    cause: 'rate',
  },
  JSON: { ask: messages, answer: json(overloaded), cause: 'capacity' },
};

const limits: RateLimiterOptions = {
  limits: { rpm: 600, tpm: 100_000 },
  enforcement: 'bucket',
  headroom: 0,
  budget: { usdPerDay: 1 },
};

function suite(sdks: readonly EachSdk[], cases: Readonly<Record<string, Failing>>): void {
  describe.each(sdks)('$name: an error in a success', (sdk) => {
    it.each(Object.entries(cases))('%s', async (_, { ask, answer, cause, output }) => {
      const { clock, client, bare, limiter } = bench(sdk, fetch, { limiter: limits });
      const pauses: unknown[] = [];
      limiter.on('paused', (pause) => pauses.push(pause.cause));
      client.fetch = scripted(clock, answer).fetch;
      bare.fetch = scripted(clock, answer).fetch;
      const [how, value] = await clock.run(outcome(ask(client)));
      expect(pauses).toEqual(cause === undefined ? [] : [cause]);
      const [plainly, plain] = await outcome(ask(bare));
      expect([how, how === 'ok' ? value : described(value)]).toEqual([
        plainly,
        plainly === 'ok' ? plain : described(plain),
      ]);
      const [lane] = limiter.snapshot();
      expect(lane?.totals).toMatchObject({
        refused: cause === 'rate' || cause === 'daily' ? 1 : 0,
        overloaded: cause === 'capacity' ? 1 : 0,
      });
      const spent = limiter.spending()[0];
      expect(spent?.reservedUsd ?? 0).toBe(0);
      const tokens = lane?.limits.find(({ dimension }) => dimension === 'tokens');
      if (output === undefined) {
        expect(spent?.spentUsd ?? 0).toBe(0);
        if (cause !== 'daily') expect(tokens?.remaining).toBe(100_000);
      } else {
        expect(spent?.spentUsd).toBeGreaterThan(0);
        expect(100_000 - (tokens?.remaining ?? 0)).toBeLessThan(16 + output);
      }
      expect(underWay(limiter)).toEqual(NOTHING);
    });

    it('backs off longer each time, as after error responses', async () => {
      const [first] = Object.values(cases).filter(({ cause }) => cause === 'capacity');
      if (first === undefined) return;
      const { clock, client } = bench(sdk, fetch, { limiter: limits });
      const { fetch: server, seen } = scripted(clock, first.answer);
      client.fetch = server;
      for (let turn = 0; turn < 4; turn++) await clock.run(outcome(first.ask(client)));
      expect(seen.map(({ at }) => at)).toEqual([0, 1000, 3000, 7000]);
    });

    it('is no refusal where it only carries a wait in its headers', async () => {
      const { clock, client, limiter } = bench(sdk, fetch, { limiter: limits });
      const answer = json(sdk.answer, { headers: { 'retry-after': '30' } });
      client.fetch = scripted(clock, answer).fetch;
      await clock.run(sdk.ask(client));
      expect(limiter.snapshot()[0]?.pausedUntil).toBeUndefined();
    });
  });
}

suite(
  openais.filter(({ name }) => !name.includes('5') && !name.includes('6, ')),
  OPENAI,
);
suite(anthropics, ANTHROPIC);
