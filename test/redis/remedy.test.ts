import { Redis } from 'ioredis';
import { createClient } from 'redis';
import { afterEach, beforeAll, expect, it, test } from 'vitest';
import { createRateLimiter } from '../../src/limiter.ts';
import { redisStore } from '../../src/redis/create-store.ts';
import { openRedis } from '../../src/redis/open.ts';
import { redisRemedy } from '../../src/redis/remedy.ts';
import type { RedisTarget } from '../../src/redis/target.ts';
import { describePrivate } from './support/describe-redis.ts';
import { RedisServer } from './support/redis-server.ts';

test.each([
  ['WRONGPASS invalid username-password pair or user is disabled.', 'name the right user'],
  ['ERR invalid password', 'name the right user'],
  ['NOAUTH Authentication required.', 'name the right user'],
  ['ERR Protocol error: unauthenticated multibulk length', 'name the right user'],
  ['ERR Client sent AUTH, but no password is set', 'this Redis has no password'],
  [
    "ERR The user executing the script can't run this command or subcommand script: @user_script",
    'give its user the right',
  ],
  ['NOPERM this user has no permissions to run the command', 'give its user the right'],
  ['ERR DB index is out of range', 'this Redis has no database of that number'],
  [
    'ERR Error running script (call to f_1): @user_script:9: @user_script: 9: Write commands not allowed after non deterministic commands. Call redis.replicate_commands() at the start of your script in order to switch to single commands replication mode.',
    'use Redis 5 or later',
  ],
  ['self-signed certificate in certificate chain', 'name the certificates'],
])('%s: is no outage', (message, remedy) => {
  const error = new Error('Not connected', { cause: new Error(message) });
  expect(redisRemedy(error)).toContain(remedy);
});

test.each([
  new Error('connect ECONNREFUSED 127.0.0.1:6379'),
  new Error('LOADING Redis is loading the dataset in memory'),
  'anything else',
])('%s: may be an outage', (error) => {
  expect(redisRemedy(error)).toBeUndefined();
});

test('a package that is not installed is no outage', async () => {
  const load = () => Promise.reject(new Error('Cannot find package'));
  const failure = openRedis('redis://127.0.0.1:1', { load }).connect();
  const error: unknown = await failure.catch((reason: unknown) => reason);
  expect(redisRemedy(error)).toContain('install one, or pass a client');
});

describePrivate(
  'a server that asks for a password',
  () => RedisServer.private(),
  (server) => {
    const cleanUp: (() => unknown)[] = [];
    beforeAll(() => server().command('CONFIG', 'SET', 'requirepass', 'secret'));
    afterEach(async () => {
      for (const clean of cleanUp.splice(0).reverse()) await clean();
    });

    const PASSWORD = 'name the right user and password';
    const ways: readonly [string, string, (port: number) => RedisTarget][] = [
      ['a URL without one', PASSWORD, (port) => `redis://127.0.0.1:${port}`],
      ['a URL with a wrong one', PASSWORD, (port) => `redis://:wrong@127.0.0.1:${port}`],
      [
        'a URL with a database that is not there',
        'no database of that number',
        (port) => `redis://:secret@127.0.0.1:${port}/99`,
      ],
      [
        'a client of redis with a wrong one',
        PASSWORD,
        (port) => {
          const client = createClient({ url: `redis://:wrong@127.0.0.1:${port}` });
          cleanUp.push(() => client.destroy());
          return client;
        },
      ],
      [
        'a client of ioredis without one',
        PASSWORD,
        (port) => {
          const client = new Redis(port, '127.0.0.1');
          cleanUp.push(() => client.disconnect());
          return client;
        },
      ],
    ];

    it.each(ways)('tells what to do: %s', async (_, remedy, target) => {
      const store = redisStore(target(server().port), { onStoreLost: 'open' });
      const limiter = createRateLimiter({ store, limits: { rpm: 60 } });
      cleanUp.push(
        () => store.close(),
        () => limiter.close(),
      );
      await expect(limiter.acquire({})).rejects.toMatchObject({
        name: 'StoreUnavailable',
        code: 'store_unavailable',
        message: expect.stringContaining(remedy),
        cause: expect.any(Error),
      });
    });
  },
);
