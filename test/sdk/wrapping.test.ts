import Anthropic from '@anthropic-ai/sdk';
import OpenAI, { AzureOpenAI } from 'openai';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { createRateLimiter, type RateLimiter } from '../../src/limiter.ts';
import { createVirtualClock } from '../../src/testing/index.ts';
import { withRateLimit } from '../../src/with-rate-limit.ts';
import {
  bench,
  broken,
  inNoTime,
  json,
  NOTHING,
  outcome,
  refused,
  scripted,
  underWay,
} from './bench.ts';
import {
  type AnyClient,
  type ClientOptions,
  type EachSdk,
  MESSAGE,
  openaiSdks,
  sdks,
} from './sdks.ts';

const times = (seen: readonly { at: number }[]): number[] => seen.map(({ at }) => at);

/** Lets one call a second through. */
const SLOW = {
  limiter: { limits: { rpm: 60 }, headroom: 0, enforcement: 'bucket', burstSeconds: 1 },
} as const;

describe.each(sdks)('$name: a wrapped client', (sdk) => {
  it('is of the same class and has the limiter', () => {
    const { client, bare, limiter } = bench(sdk, fetch);
    expect(client).toBeInstanceOf(sdk.Client);
    expect(client.constructor).toBe(bare.constructor);
    expect(client.rateLimit).toBe(limiter);
    expect(Object.keys(client)).not.toContain('rateLimit');
  });

  it('is of the same subclass, methods and private fields included', async () => {
    class Own extends (sdk.Client as unknown as new (options: object) => AnyClient) {
      readonly #secret = 42;
      readonly label: string = 'own';
      get secret(): number {
        return this.#secret;
      }
    }
    const { clock, limiter } = bench(sdk, fetch);
    const { fetch: server, seen } = scripted(clock, json(sdk.answer));
    const options = { apiKey: 'key', apiVersion: 'v1', fetch: server };
    const where = sdk.provider === 'azure' ? { endpoint: 'https://unit.openai.azure.com' } : {};
    const client = withRateLimit(new Own({ ...options, ...where }), { limiter });
    expect(client).toBeInstanceOf(Own);
    expect([client.secret, client.label]).toEqual([42, 'own']);
    await clock.run(sdk.ask(client));
    expect(seen).toHaveLength(1);
    expect(limiter.snapshot()[0]?.totals.calls).toBe(1);
  });

  it('leaves the client that was passed in as it was, and unlimited', async () => {
    const { clock, client, bare, limiter } = bench(sdk, fetch, SLOW);
    const { fetch: server, seen } = scripted(clock, json(sdk.answer));
    bare.fetch = server;
    client.fetch = server;
    const before = Object.getOwnPropertyNames(bare);
    await clock.run(Promise.all([sdk.ask(client), sdk.ask(bare), sdk.ask(bare), sdk.ask(client)]));
    expect(times(seen)).toEqual([0, 0, 0, 1000]);
    expect(Object.getOwnPropertyNames(bare)).toEqual(before);
    expect('rateLimit' in bare).toBe(false);
    expect(limiter.snapshot()[0]?.totals.calls).toBe(2);
  });

  it('limits once when it is wrapped again, by the new limiter', async () => {
    const clock = createVirtualClock();
    const { fetch: server, seen } = scripted(clock, json(sdk.answer));
    const { client, limiter } = bench(sdk, server, SLOW, clock);
    const other = createRateLimiter({ clock });
    const again = withRateLimit(client, { limiter: other });
    expect(again.rateLimit).toBe(other);
    const viaOptions = withRateLimit(client.withOptions({}), { limiter: other });
    await clock.run(Promise.all([sdk.ask(again), sdk.ask(again), sdk.ask(viaOptions)]));
    expect(times(seen)).toEqual([0, 0, 0]);
    expect(limiter.snapshot()).toEqual([]);
    expect(other.snapshot()[0]?.totals.calls).toBe(3);
  });

  it.each<[string, ClientOptions]>([
    ['nothing', {}],
    ['another key', { apiKey: 'other' }],
    ['other retries', { maxRetries: 7 }],
    ['headers', { defaultHeaders: { 'x-own': 'a' } }],
  ])('stays limited by the same limiter through withOptions of %s', async (_, options) => {
    const { clock, client, limiter } = bench(sdk, fetch, SLOW);
    const { fetch: server, seen } = scripted(clock, json(sdk.answer));
    client.fetch = server;
    const other = client.withOptions(options).withOptions({});
    expect(other).toMatchObject({ rateLimit: limiter });
    expect(other).toBeInstanceOf(sdk.Client);
    await clock.run(Promise.all([sdk.ask(client), sdk.ask(other), sdk.ask(other)]));
    expect(times(seen)).toEqual([0, 1000, 2000]);
    const keys = seen.map(({ headers: { authorization, 'api-key': azure, 'x-api-key': own } }) =>
      [authorization, azure, own].find((key) => key !== undefined)?.replace('Bearer ', ''),
    );
    expect(keys).toEqual(['key', options.apiKey ?? 'key', options.apiKey ?? 'key']);
    expect(seen.at(-1)?.headers['x-own']).toBe(options.defaultHeaders?.['x-own']);
  });

  it('has another lane where withOptions changes the host', async () => {
    const { clock, client, limiter } = bench(sdk, fetch, SLOW);
    const { fetch: server, seen } = scripted(clock, json(sdk.answer));
    const other = client.withOptions({ baseURL: 'https://else.example/v1', fetch: server });
    client.fetch = server;
    await clock.run(Promise.all([sdk.ask(client), sdk.ask(other)]));
    expect(times(seen)).toEqual([0, 0]);
    expect(seen[1]?.url).toMatch(/^https:\/\/else\.example\/v1\//);
    expect(limiter.snapshot().map(({ lane }) => lane.split('/')[0])).toEqual([
      new URL(client.baseURL).host,
      'else.example',
    ]);
  });

  it('uses a fetch that is set later, and is limited still', async () => {
    const { clock, client } = bench(sdk, fetch, SLOW);
    const first = scripted(clock, json(sdk.answer));
    const second = scripted(clock, refused({ 'retry-after': '5' }), json(sdk.answer));
    client.fetch = first.fetch;
    await clock.run(sdk.ask(client));
    client.fetch = second.fetch;
    await clock.run(sdk.ask(client));
    expect([times(first.seen), times(second.seen)]).toEqual([[0], [1000, 6000]]);
    const own = scripted(clock, json(sdk.answer));
    const other = client.withOptions({ fetch: own.fetch });
    await clock.run(sdk.ask(other));
    expect([own.seen.length, second.seen.length]).toEqual([1, 2]);
  });

  it('uses a fetch that is wrapped around its own, as instrumentation does', async () => {
    const { clock, client, limiter } = bench(sdk, fetch);
    const { fetch: server, seen } = scripted(clock, json(sdk.answer));
    client.fetch = server;
    let traced = 0;
    const inner = client.fetch;
    client.fetch = (url, init) => {
      traced++;
      return inner(url, init);
    };
    await clock.run(sdk.ask(client));
    expect([traced, seen.length]).toEqual([1, 1]);
    expect(limiter.snapshot()[0]?.totals.actual).toEqual({ inputTokens: 10, outputTokens: 1 });
    expect(underWay(limiter)).toEqual(NOTHING);
  });

  it('uses maxRetries and timeout that are set later', async () => {
    const { clock, client } = bench(sdk, fetch, { client: { maxRetries: 0 } });
    const { fetch: server, seen } = scripted(clock, broken());
    client.fetch = server;
    client.maxRetries = 3;
    await clock.run(outcome(sdk.ask(client)));
    expect(seen).toHaveLength(4);
    // Beyond the first four, the calls of a lane whose limits weren't given are paced.
    await clock.advance(1000);
    client.fetch = (_, init) =>
      new Promise((__, reject) => {
        init?.signal?.addEventListener('abort', () => reject(init.signal?.reason));
      });
    client.maxRetries = 0;
    client.timeout = 20;
    const path = sdk.wire === 'openai' ? '/chat/completions' : '/v1/messages';
    const [, error] = await outcome(client.post(path, { body: MESSAGE }));
    expect(error).toBeInstanceOf(sdk.errors.APIConnectionTimeoutError);
  });

  it('keeps what was set on the client before', () => {
    const bare = Object.assign(sdk.make(), { label: 'own', maxRetries: 9, apiKey: 'later' });
    const client = withRateLimit(bare);
    expect(client).toMatchObject({ label: 'own', maxRetries: 9, apiKey: 'later' });
  });

  it('limits raw posts', async () => {
    const { clock, client } = bench(sdk, fetch, SLOW);
    const { fetch: server, seen } = scripted(clock, json(sdk.answer));
    client.fetch = server;
    const path = sdk.wire === 'openai' ? '/chat/completions' : '/v1/messages';
    const post = () => client.post(path, { body: MESSAGE });
    await clock.run(Promise.all([post(), post()]));
    expect(times(seen)).toEqual([0, 1000]);
  });

  it('lets calls pass at once that cost nothing', async () => {
    const { clock, client, limiter } = bench(sdk, fetch, SLOW);
    const { fetch: server, seen } = scripted(clock, () =>
      json(seen.at(-1)?.method === 'GET' ? { data: [], has_more: false } : sdk.answer)(),
    );
    client.fetch = server;
    const metered = Promise.all([sdk.ask(client), sdk.ask(client), sdk.ask(client)]);
    const path = sdk.wire === 'openai' ? '/files' : '/v1/messages/count_tokens';
    await clock.run(Promise.all([sdk.free(client), client.post(path, { body: MESSAGE })]));
    expect(clock.now()).toBe(0);
    await clock.run(metered);
    expect(seen.filter(({ at }) => at === 0)).toHaveLength(3);
    expect(limiter.snapshot()[0]?.totals.calls).toBe(3);
  });

  it('shares a limiter with others, however each was made', async () => {
    const { clock, client, limiter } = bench(sdk, fetch, SLOW);
    const { fetch: server, seen } = scripted(clock, json(sdk.answer));
    const other = inNoTime(withRateLimit(sdk.make({ fetch: server }), { limiter }), clock);
    client.fetch = server;
    await clock.run(Promise.all([sdk.ask(client), sdk.ask(other)]));
    expect(times(seen)).toEqual([0, 1000]);
  });

  it('keeps apart calls that are made with one options object', async () => {
    const { clock, client, limiter } = bench(sdk, fetch);
    const { fetch: server, seen } = scripted(
      clock,
      refused({ 'retry-after': '5' }),
      json(sdk.answer),
    );
    client.fetch = server;
    const path = sdk.wire === 'openai' ? '/chat/completions' : '/v1/messages';
    const options = { method: 'post', path, body: MESSAGE };
    const raw = client as unknown as { request(options: object): Promise<unknown> };
    await clock.run(Promise.all([raw.request(options), raw.request(options)]));
    expect(limiter.snapshot()[0]?.totals).toMatchObject({ calls: 3, refused: 1 });
    expect(limiter.snapshot()[0]?.totals.actual.outputTokens).toBe(2);
    expect(underWay(limiter)).toEqual(NOTHING);
    expect(seen).toHaveLength(3);
  });

  it('admits each retry of the SDK, of which there are as many as without it', async () => {
    const lost = new TypeError('fetch failed');
    const { clock, client, bare, limiter } = bench(sdk, fetch, SLOW);
    inNoTime(bare, clock);
    const { fetch: server, seen } = scripted(clock, broken(), lost, broken(), lost);
    client.fetch = server;
    const [, error] = await clock.run(outcome(sdk.ask(client)));
    expect(error).toBeInstanceOf(sdk.errors.InternalServerError);
    expect(times(seen)).toEqual([0, 1000, 2000]);
    expect(limiter.snapshot()[0]?.totals.calls).toBe(3);
    const unlimited = scripted(clock, broken(), lost, broken(), lost);
    bare.fetch = unlimited.fetch;
    await clock.run(outcome(sdk.ask(bare)));
    const counts = (all: typeof seen) =>
      all.map(({ headers }) => headers['x-stainless-retry-count']);
    expect(counts(seen)).toEqual(counts(unlimited.seen));
  });

  it('counts anew for another call with the same options object', async () => {
    const { clock, client } = bench(sdk, fetch);
    const wait = refused({ 'retry-after': '5' });
    const { fetch: server, seen } = scripted(clock, wait, json(sdk.answer));
    client.fetch = server;
    const path = sdk.wire === 'openai' ? '/chat/completions' : '/v1/messages';
    const options = { method: 'post', path, body: MESSAGE };
    const raw = client as unknown as { request(options: object): Promise<unknown> };
    await clock.run(raw.request(options));
    await clock.run(raw.request(options));
    const counts = seen.map(({ headers }) => headers['x-stainless-retry-count']);
    expect(counts).toEqual(['0', '1', '0']);
  });

  it('tells which attempt it is that waits', async () => {
    const { clock, client, limiter } = bench(sdk, fetch, SLOW);
    const attempts: number[] = [];
    limiter.on('throttled', ({ attempt }) => attempts.push(attempt));
    const answers = [broken(), refused({ 'retry-after': '5' }), broken(), json(sdk.answer)];
    const { fetch: server } = scripted(clock, ...answers);
    client.fetch = server;
    await clock.run(sdk.ask(client));
    expect(attempts).toEqual([2, 3, 4]);
  });
});

describe.each(openaiSdks)('$name: a call', (sdk) => {
  const each = sdk as unknown as EachSdk;
  const levels = (limiter: RateLimiter): unknown =>
    limiter.snapshot().map(({ limits }) => limits.map(({ level }) => level));

  it('that fails before its request goes out costs nothing', async () => {
    const { clock, client, limiter } = bench(each, fetch, SLOW);
    const broke = new Error('No credentials');
    const value = (): Promise<never> => Promise.reject(broke);
    Object.defineProperty(client, 'buildRequest', { value });
    const [, error] = await clock.run(outcome(each.ask(client)));
    expect(error).toBe(broke);
    expect(levels(limiter)).toEqual([[1]]);
    expect(underWay(limiter)).toEqual(NOTHING);
  });

  it('whose request goes out by another way is charged as it was estimated', async () => {
    const { clock, client, limiter } = bench(each, fetch, SLOW);
    const value = async (): Promise<Response> => json(sdk.answer)();
    Object.defineProperty(client, 'fetchWithTimeout', { value });
    await clock.run(each.ask(client));
    expect(levels(limiter)).toEqual([[0]]);
    expect(underWay(limiter)).toEqual(NOTHING);
  });
});

describe.each(openaiSdks)('$name: a key that is a function', (sdk) => {
  it('is asked for by the wrapped client', async () => {
    const { clock, limiter } = bench(sdk as never, fetch);
    const { fetch: server, seen } = scripted(clock, json(sdk.answer));
    const isAzure = sdk.provider === 'azure';
    const key = async (): Promise<string> => 'fresh';
    const where = isAzure
      ? { endpoint: 'https://unit.openai.azure.com', apiVersion: 'v1', azureADTokenProvider: key }
      : { apiKey: key };
    const Client = (isAzure ? Object.getPrototypeOf(sdk.make()).constructor : sdk.Client) as new (
      options: object,
    ) => OpenAI;
    const client = withRateLimit(new Client({ ...where, fetch: server }), { limiter });
    await clock.run(Promise.all([sdk.ask(client), sdk.ask(client.withOptions({ timeout: 9 }))]));
    expect(seen.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer fresh',
      'Bearer fresh',
    ]);
  });
});

describe('withRateLimit', () => {
  it.each([
    ['nothing', undefined],
    ['null', null],
    ['a class', OpenAI],
    ['an object', {}],
    ['a part of a client', new OpenAI({ apiKey: 'key' }).chat],
    ['a string', 'sk-key'],
  ])('says what it expected where it is given %s', (_, given) => {
    expect(() => withRateLimit(given as never)).toThrow(TypeError);
    expect(() => withRateLimit(given as never)).toThrow(
      /Expected `client` to be a client of `openai` \(5, 6 or 7\) or `@anthropic-ai\/sdk`/,
    );
  });

  it('asks for the `new` that is missing where it is given a class', () => {
    expect(() => withRateLimit(OpenAI as never)).toThrow(
      /got `class OpenAI` \(function\); was `new` forgotten\?$/,
    );
  });

  it('shows no key of a client that is no client', () => {
    const limiter = new OpenAI({ apiKey: 'sk-secret' }) as never;
    expect(() => withRateLimit(new OpenAI({ apiKey: 'any' }), { limiter })).toThrow(
      'Expected `limiter` to be what `createRateLimiter` returns, got `OpenAI` (object)',
    );
  });

  it('returns the type that it was given, with the limiter', () => {
    const openai = withRateLimit(new OpenAI({ apiKey: 'key' }));
    expectTypeOf(openai).toEqualTypeOf<OpenAI & { readonly rateLimit: RateLimiter }>();
    const create = openai.chat.completions.create({ model: 'gpt-4o', messages: [], stream: true });
    create.catch(() => {});
    expectTypeOf(create).toEqualTypeOf<ReturnType<typeof plain>>();
    const plain = () =>
      new OpenAI().chat.completions.create({ model: 'gpt-4o', messages: [], stream: true });
    const azure = withRateLimit(
      new AzureOpenAI({
        apiKey: 'key',
        apiVersion: 'v1',
        endpoint: 'https://unit.openai.azure.com',
      }),
    );
    expectTypeOf(azure).toEqualTypeOf<AzureOpenAI & { readonly rateLimit: RateLimiter }>();
    const claude = withRateLimit(new Anthropic({ apiKey: 'key' }));
    expectTypeOf(claude).toEqualTypeOf<Anthropic & { readonly rateLimit: RateLimiter }>();
    expectTypeOf(openai.withOptions({})).toExtend<OpenAI>();
    // @ts-expect-error The limiter is there to be read.
    expect(() => (openai.rateLimit = createRateLimiter())).toThrow(TypeError);
  });
});
