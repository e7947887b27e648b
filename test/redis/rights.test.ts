import { globSync, readFileSync } from 'node:fs';
import { Redis } from 'ioredis';
import { expect, it } from 'vitest';
import { createRateLimiter } from '../../src/limiter.ts';
import { redisStore } from '../../src/redis/index.ts';
import { describePrivate } from './support/describe-redis.ts';
import { RedisServer } from './support/redis-server.ts';

/** The commands that SECURITY.md says the user needs. */
const [, listed = ''] =
  /The Redis user needs ([^.]*)\./.exec(readFileSync('SECURITY.md', 'utf8')) ?? [];
const COMMANDS = [...listed.matchAll(/`([A-Z]+)`/g)].map(([, name = '']) => name.toLowerCase());

/** What is sent to Redis besides what scripts call. */
const SENT: readonly string[] = ['eval', 'evalsha', 'subscribe', 'setrange'];

it('documents no right that nothing uses', () => {
  const sources = globSync('src/redis/**/*.ts').map((file) => readFileSync(file, 'utf8'));
  const called = sources.flatMap((text) => [...text.matchAll(/redis\.call\('([A-Z]+)'/g)]);
  const used = new Set([...SENT, ...called.map(([, name = '']) => name.toLowerCase())]);
  expect(COMMANDS.toSorted()).toEqual([...used].toSorted());
});

describePrivate(
  'a user of Redis with the rights that are documented, and no others',
  () => RedisServer.private(),
  (server) => {
    const withRights = async (commands: readonly string[]): Promise<string> => {
      const admin = new Redis(server().url);
      const name = `user-${crypto.randomUUID()}`;
      const rights = commands.map((command) => `+${command}`);
      const where = ['~{llm-headroom}:*', '&{llm-headroom}:to:*'];
      await admin.call('ACL', 'SETUSER', name, 'on', '>secret', ...where, ...rights);
      admin.disconnect();
      return server().url.replace('redis://', `redis://${name}:secret@`);
    };

    it('shares a limit, and is told what was decided', async () => {
      const url = await withRights(COMMANDS);
      const stores = [redisStore(url), redisStore(url)];
      const limiters = stores.map((store) => createRateLimiter({ store, limits: { rpm: 6000 } }));
      const degraded: unknown[] = [];
      for (const limiter of limiters) {
        limiter.on('degraded', (event) => degraded.push(event));
        for (let i = 0; i < 3; i++) (await limiter.acquire({})).settle();
      }
      const [{ processes } = { processes: 0 }] = await limiters[0]!.status();
      for (const limiter of limiters) limiter.close();
      for (const store of stores) await store.close();
      expect(degraded).toEqual([]);
      expect(processes).toBe(2);
    });

    it('is told what is missing without one of them', async () => {
      const store = redisStore(await withRights(COMMANDS.filter((name) => name !== 'hset')));
      const limiter = createRateLimiter({ store, limits: { rpm: 60 } });
      await expect(limiter.acquire({})).rejects.toMatchObject({
        code: 'store_unavailable',
        message: expect.stringContaining('give its user the rights'),
      });
      limiter.close();
      await store.close();
    });
  },
);
