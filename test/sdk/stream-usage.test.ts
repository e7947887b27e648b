import { describe, expect, it } from 'vitest';
import {
  bench,
  broken,
  events,
  json,
  NOTHING,
  outcome,
  scripted,
  simulated,
  underWay,
} from './bench.ts';
import { anthropicSdks, CHAT, type EachSdk, openaiSdks } from './sdks.ts';
import { all } from './side-by-side.ts';

const openais = openaiSdks as unknown as readonly EachSdk[];
const anthropics = anthropicSdks as unknown as readonly EachSdk[];

const asked = (body: unknown): unknown =>
  typeof body === 'object' && body !== null && 'stream_options' in body
    ? body.stream_options
    : undefined;

const refusesField = json(
  { error: { message: 'Unknown parameter: stream_options.', type: 'invalid_request_error' } },
  { status: 400 },
);

const chunk = (content: string): string =>
  `data: ${JSON.stringify({ id: 'a', choices: [{ index: 0, delta: { content } }] })}`;
const streamed = events(chunk('one '), chunk('two '), 'data: [DONE]');

/** Hosts are remembered for as long as the process runs. */
let hosts = 0;
const newHost = (): string => `https://host-${++hosts}.example/v1`;

describe.each(openais)('$name: the usage of a streamed chat', (sdk) => {
  it('is asked for, counted, and hidden from a caller who did not ask', async () => {
    const { clock, client, bare, limiter } = simulated(sdk, { reply: () => ({ outputTokens: 5 }) });
    const limited = await clock.run(sdk.stream(client).then(all));
    const [lane] = limiter.snapshot();
    expect(lane?.totals.actual).toEqual({ inputTokens: 2, outputTokens: 5 });
    expect(JSON.stringify(limited)).not.toContain('usage');
    const plain = await clock.run(sdk.stream(bare).then(all));
    const told = (chunks: unknown): unknown =>
      JSON.parse(JSON.stringify(chunks).replaceAll(/sim\d/g, 'sim'));
    expect(told(limited)).toEqual(told(plain));
  });

  it('is shown to a caller who asked', async () => {
    const { clock, client, limiter } = simulated(sdk);
    const extra = { stream_options: { include_usage: true } };
    const chunks = await clock.run(sdk.stream(client, {}, extra).then(all));
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { completion_tokens: 8 } });
    expect(limiter.snapshot()[0]?.totals.actual.outputTokens).toBe(8);
  });

  it.each([
    ['nothing', undefined, { include_usage: true }],
    ['null', null, { include_usage: true }],
    [
      'other options',
      { include_obfuscation: false },
      { include_obfuscation: false, include_usage: true },
    ],
    ['no usage', { include_usage: false }, { include_usage: false }],
  ])('is asked for beside %s', async (_, given, sent) => {
    const { clock, client } = bench(sdk, fetch);
    const { fetch: server, seen } = scripted(clock, streamed);
    client.fetch = server;
    const body = { ...CHAT, stream_options: given };
    await clock.run(sdk.stream(client, {}, body).then(all));
    expect(asked(seen[0]?.body)).toEqual(sent);
    expect(body.stream_options).toBe(given);
  });

  it('is not asked for where the answer is no stream', async () => {
    const { clock, client } = bench(sdk, fetch);
    const { fetch: server, seen } = scripted(clock, json(sdk.answer));
    client.fetch = server;
    await clock.run(sdk.ask(client));
    expect(asked(seen[0]?.body)).toBeUndefined();
  });

  it('is asked for once of a host that refuses the field', async () => {
    const { clock, client, limiter } = bench(sdk, fetch, { client: { baseURL: newHost() } });
    const { fetch: server, seen } = scripted(clock, refusesField, streamed);
    client.fetch = server;
    expect(await clock.run(sdk.stream(client, { maxRetries: 0 }).then(all))).toHaveLength(2);
    await clock.run(sdk.stream(client).then(all));
    expect(seen.map(({ body }) => asked(body))).toEqual([
      { include_usage: true },
      undefined,
      undefined,
    ]);
    expect(underWay(limiter)).toEqual(NOTHING);
    expect(clock.now()).toBe(0);
  });

  it('is asked for once of a host that refuses the field after another error', async () => {
    const { clock, client } = bench(sdk, fetch, { client: { baseURL: newHost() } });
    const { fetch: server, seen } = scripted(clock, broken(), refusesField, streamed);
    client.fetch = server;
    const extra = { stream_options: { include_obfuscation: true } };
    expect(await clock.run(sdk.stream(client, {}, extra).then(all))).toHaveLength(2);
    expect(seen.map(({ body }) => asked(body))).toEqual([
      { include_obfuscation: true, include_usage: true },
      { include_obfuscation: true, include_usage: true },
      { include_obfuscation: true },
    ]);
    expect(seen.map(({ headers }) => headers['x-stainless-retry-count'])).toEqual(['0', '1', '2']);
  });

  it.each<[string, unknown, number?]>([
    ['by name', { detail: [{ loc: ['body', 'stream_options', 'include_usage'], msg: 'no' }] }],
    ['in camel case', { error: 'unknown field "streamOptions"' }],
    ['as extra fields', { detail: 'Extra inputs are not permitted' }, 422],
    ['as extra fields (pydantic 1)', { message: 'extra fields not permitted' }, 422],
    ['as an argument', { error: { message: 'Unrecognized request argument supplied' } }],
    ['in German', { error: { message: 'Unbekannter Parameter in der Anfrage.' } }],
    ['in French', { error: { message: 'Champ inconnu dans la requête.' } }],
    ['in Spanish', { error: { message: 'Parámetro no reconocido.' } }],
    ['in Portuguese', { error: { message: 'Campo desconhecido.' } }],
    ['in Chinese', { error: { message: '不支持的参数' } }],
    ['in Japanese', { error: { message: '不明なパラメータです' } }],
    ['in Korean', { error: { message: '알 수 없는 필드' } }],
    ['in Russian', { error: { message: 'Неизвестный параметр запроса' } }],
    [
      'through a gateway, as 500 (BerriAI/litellm#9916)',
      { error: { message: 'BedrockException: extraneous key [include_usage] is not permitted' } },
      500,
    ],
    [
      'through a gateway, as 502',
      { error: { message: 'x', metadata: { raw: '{"error":"stream_options is not supported"}' } } },
      502,
    ],
  ])('heals itself on a host that refuses it %s', async (_, body, status = 400) => {
    const { clock, client } = bench(sdk, fetch, { client: { baseURL: newHost() } });
    const { fetch: server, seen } = scripted(clock, json(body, { status }), streamed);
    client.fetch = server;
    expect(await clock.run(sdk.stream(client).then(all))).toHaveLength(2);
    await clock.run(sdk.stream(client).then(all));
    expect(seen.map((request) => asked(request.body))).toEqual([
      { include_usage: true },
      undefined,
      undefined,
    ]);
  });

  it('is tried without once, if the same error comes without it', async () => {
    const { clock, client } = bench(sdk, fetch, { client: { baseURL: newHost() } });
    const refusal = json({ error: { message: 'Unknown parameter: temprature' } }, { status: 400 });
    const { fetch: server, seen } = scripted(clock, refusal);
    client.fetch = server;
    const [, error] = await clock.run(outcome(sdk.stream(client)));
    expect(error).toMatchObject({ status: 400, message: '400 Unknown parameter: temprature' });
    await clock.run(outcome(sdk.stream(client)));
    const question = { include_usage: true };
    expect(seen.map(({ body }) => asked(body))).toEqual([question, undefined, question]);
  });

  it('leaves a 400 to the caller that names another parameter', async () => {
    const { clock, client } = bench(sdk, fetch, { client: { baseURL: newHost() } });
    const error = { message: "Unsupported parameter: 'max_tokens'", param: 'max_tokens' };
    const { fetch: server, seen } = scripted(clock, json({ error }, { status: 400 }));
    client.fetch = server;
    await clock.run(outcome(sdk.stream(client)));
    expect(seen).toHaveLength(1);
  });

  it('leaves a 400 to the caller on a host that has understood the question', async () => {
    const { clock, client } = bench(sdk, fetch, { client: { baseURL: newHost() } });
    const refusal = json({ error: { message: 'Unknown parameter' } }, { status: 400 });
    const { fetch: server, seen } = scripted(clock, streamed, refusal);
    client.fetch = server;
    await clock.run(sdk.stream(client).then(all));
    await clock.run(outcome(sdk.stream(client)));
    expect(seen).toHaveLength(2);
  });

  it('leaves a 400 to the caller that is about something else', async () => {
    const { clock, client } = bench(sdk, fetch, { client: { baseURL: newHost() } });
    const { fetch: server, seen } = scripted(clock, broken(400));
    client.fetch = server;
    const [, error] = await clock.run(outcome(sdk.stream(client)));
    expect(error).toMatchObject({ status: 400, message: '400 Oops' });
    expect(seen).toHaveLength(1);
  });

  it('leaves a 500 to the caller that only repeats the request', async () => {
    const { clock, client } = bench(sdk, fetch, { client: { baseURL: newHost() } });
    const body = { error: { message: 'Oops' }, request: { stream_options: {} } };
    const { fetch: server, seen } = scripted(clock, json(body, { status: 500 }));
    client.fetch = server;
    await clock.run(outcome(sdk.stream(client, { maxRetries: 0 })));
    expect(seen).toHaveLength(1);
  });

  it('leaves a 400 about the field to the caller who gave it', async () => {
    const { clock, client } = bench(sdk, fetch, { client: { baseURL: newHost() } });
    const { fetch: server, seen } = scripted(clock, refusesField);
    client.fetch = server;
    const extra = { stream_options: { include_usage: true } };
    const [how] = await clock.run(outcome(sdk.stream(client, {}, extra)));
    expect([how, seen.length]).toEqual(['failed', 1]);
  });
});

describe.each(anthropics)('$name: the usage of a stream', (sdk) => {
  it('is counted', async () => {
    const { clock, client, limiter } = simulated(sdk, { reply: () => ({ outputTokens: 5 }) });
    await clock.run(sdk.stream(client).then(all));
    expect(limiter.snapshot()[0]?.totals.actual).toEqual({ inputTokens: 2, outputTokens: 5 });
  });
});
