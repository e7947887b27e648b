import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { createRateLimiter, rateLimitedFetch, runAs, withRateLimit } from '../src/index.ts';
import { postgresStore } from '../src/postgres/index.ts';
import { redisStore } from '../src/redis/index.ts';

type Options = Readonly<Record<string, unknown>>;

const client = () => new OpenAI({ apiKey: 'key' });
const limiter = createRateLimiter();

/** What takes options, as JavaScript could call it. */
const TAKERS: Readonly<Record<string, (options: Options) => unknown>> = {
  createRateLimiter: (options) => createRateLimiter(options as never),
  configure: (options) => createRateLimiter().configure(options as never),
  withRateLimit: (options) => withRateLimit(client(), options as never),
  rateLimitedFetch: (options) => rateLimitedFetch(options as never),
  runAs: (options) => runAs(options as never, () => undefined),
  acquire: (options) => limiter.acquire({ tokens: 1 }, options as never),
  map: (options) => limiter.map([], async () => undefined, options as never),
  redisStore: (options) => redisStore('redis://127.0.0.1:1', options as never),
  postgresStore: (options) => postgresStore('postgres://127.0.0.1:1/db', options as never),
};

/** The message of the error, thrown at once or later. */
async function messageOf(taker: string, options: Options): Promise<string> {
  try {
    await TAKERS[taker]?.(options);
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError);
    return error instanceof Error ? error.message : '';
  }
  return 'taken';
}

const CALLER = '`withRateLimit(client, { limiter, _ })` or `runAs({ _ }, …)`';
const CLIENT = '`withRateLimit(client, { _ })`';
const LIMITER = '`createRateLimiter({ _ })`';
const FETCH = '`rateLimitedFetch({ _ })`';
const STORES = '`redisStore(url, { _ })` or `postgresStore(url, { _ })`';
const LIMITS = '`limits._`';

describe('an option of something else is named with what takes it', () => {
  it.each([
    ['createRateLimiter', ['key', 'priority', 'tier', 'onLimit', 'maxWaitMs'], CALLER],
    ['createRateLimiter', ['accountTier', 'estimate', 'limiter'], CLIENT],
    ['createRateLimiter', ['fetch', 'retries', 'timeoutMs', 'rejections'], FETCH],
    ['createRateLimiter', ['rpm', 'tpd', 'otpm'], LIMITS],
    ['createRateLimiter', ['leaseMs', 'onStoreLost', 'instances'], STORES],
    ['withRateLimit', ['tls', 'prefix'], '`redisStore(url, { _ })`'],
    ['createRateLimiter', ['table'], '`postgresStore(url, { _ })`'],
    ['configure', ['key', 'maxWaitMs'], CALLER],
    ['withRateLimit', ['retries', 'timeoutMs', 'rejections'], FETCH],
    ['withRateLimit', ['rpm'], LIMITS],
    ['rateLimitedFetch', ['rpm'], LIMITS],
    ['runAs', ['limits', 'headroom', 'budget', 'store'], LIMITER],
    ['runAs', ['accountTier', 'limiter'], CLIENT],
    ['acquire', ['onLimit'], CALLER],
    ['acquire', ['estimate'], CLIENT],
    ['acquire', ['concurrency'], LIMITER],
    ['map', ['concurrency', 'limits'], LIMITER],
    ['map', ['key'], CALLER],
    ['redisStore', ['limits'], LIMITER],
    ['postgresStore', ['prefix'], '`redisStore(url, { _ })`'],
  ])('given to %s: %j', async (taker, names, place) => {
    for (const name of names) {
      const message = await messageOf(taker, { [name]: 1 });
      expect(message).toMatch(new RegExp(`^Unknown option \`${name}\`; known are `));
      expect(message.endsWith(`; did you mean ${place.replaceAll('_', name)}?`), message).toBe(
        true,
      );
    }
  });

  it('but not within another option, where nobody looks for them', async () => {
    expect(await messageOf('createRateLimiter', { budget: { key: 1 } })).toBe(
      'Unknown option `budget.key`; known are usdPerDay, usd, windowMs, perKey',
    );
  });
});

describe('what is no options at all is named with what was expected', () => {
  it.each([
    ['withRateLimit', 'a limiter', createRateLimiter(), 'RateLimiter'],
    ['createRateLimiter', 'a client', client(), 'OpenAI'],
    ['rateLimitedFetch', 'a client', client(), 'OpenAI'],
  ])('%s(%s)', async (taker, _, given, name) => {
    expect(await messageOf(taker, given as never)).toBe(
      `Expected \`options\` to be a plain object, such as \`{ limiter }\`, got \`${name}\` (object)`,
    );
  });
});

describe('a store that is none is named with what makes one', () => {
  const what =
    "Expected `store` to be what `redisStore(url)` of 'llm-headroom/redis' returns, or `postgresStore(url)`, got ";

  it.each<[unknown, string]>([
    ['redis://localhost:6379', '`redis://localhost:6379` (string)'],
    ['rediss://user:secret@host:6379/0', '`rediss://…@host:6379/0` (string)'],
    ['postgres://:secret@host/db', '`postgres://…@host/db` (string)'],
    [redisStore, '`function redisStore` (function)'],
    [client(), '`OpenAI` (object)'],
    [{ url: 'redis://u:secret@host' }, '`{"url":"redis://…@host"}` (object)'],
  ])('case %#', async (store, shown) => {
    for (const taker of ['createRateLimiter', 'withRateLimit', 'rateLimitedFetch']) {
      expect(await messageOf(taker, { store })).toBe(`${what}${shown}`);
    }
  });
});
