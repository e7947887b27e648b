import { afterEach, expect, it } from 'vitest';
import { createRateLimiter, type RateLimiter } from '../../src/limiter.ts';
import { redisStore } from '../../src/redis/index.ts';
import { heard } from '../support/limiter-contract.ts';
import { describeRedis } from './support/describe-redis.ts';
import { eventually } from './support/eventually.ts';

describeRedis('a key of another type in the place of a lane', (server) => {
  const cleanUp: (() => unknown)[] = [];
  afterEach(async () => {
    for (const clean of cleanUp.splice(0).reverse()) await clean();
  });

  function open(prefix: string): RateLimiter {
    const store = redisStore(server().url, { prefix });
    const limiter = createRateLimiter({ store, limits: { rpm: 6000 } });
    cleanUp.push(
      () => store.close(),
      () => limiter.close(),
    );
    return limiter;
  }
  const go = async (limiter: RateLimiter, model: string) =>
    (await limiter.acquire({}, { model })).settle();

  it.each(['cell', 'inbox'])(
    'stops the calls of that lane alone, and says why: %s',
    async (kind) => {
      const prefix = `test-${crypto.randomUUID()}`;
      const key = `{${prefix}}:${kind}:lane/limiter/one`;
      await server().command('SET', key, 'mine');
      const group = [open(prefix), open(prefix)];
      const degraded = group.map((limiter) => heard(limiter, 'degraded'));
      for (const limiter of group) {
        await go(limiter, 'other');
        await expect(go(limiter, 'one')).rejects.toMatchObject({
          name: 'StoreUnavailable',
          message: expect.stringContaining(`\`${key}\``),
        });
        await go(limiter, 'other');
      }
      expect(degraded.flat()).toEqual([]);
      await server().command('DEL', key);
      for (const limiter of group) {
        await eventually(() =>
          go(limiter, 'one').then(
            () => true,
            () => false,
          ),
        );
      }
      const [status] = (await group[0]!.status()).filter(({ lane }) => lane.endsWith('one'));
      expect(status).toMatchObject({ processes: 2 });
    },
  );
});
