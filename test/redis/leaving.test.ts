import { Redis } from 'ioredis';
import { expect, it } from 'vitest';
import { createRateLimiter } from '../../src/limiter.ts';
import { redisStore } from '../../src/redis/index.ts';
import { describeRedis } from './support/describe-redis.ts';

describeRedis('a process that closes its limiter and its store at once', (server) => {
  it('leaves what it shared: others need not wait for its lease', async () => {
    const prefix = `test-${crypto.randomUUID()}`;
    const store = redisStore(server().url, { prefix });
    const other = redisStore(server().url, { prefix });
    const limits = { rpm: 600 };
    const limiters = [store, other].map((each) => createRateLimiter({ store: each, limits }));
    for (const limiter of limiters) (await limiter.acquire({})).settle();
    limiters[0]!.close();
    await store.close();

    const client = new Redis(server().url);
    const keys = await client.keys(`*${prefix}*:cell:*`);
    // The one that is left decides about it with its next call.
    (await limiters[1]!.acquire({})).settle();
    const texts = await Promise.all(keys.map((key) => client.hgetall(key)));
    client.disconnect();
    limiters[1]!.close();
    await other.close();
    const said = JSON.stringify(texts);
    expect(said).toContain(other.member);
    expect(said).not.toContain(store.member);
  });
});
