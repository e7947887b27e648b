import { redisStore } from '../../src/redis/index.ts';
import type { Store } from '../../src/stores/shared-lane.ts';
import { limiterContract } from '../support/limiter-contract.ts';
import { describeRedis } from './support/describe-redis.ts';
import { holdForDigests, VirtualClient } from './support/virtual-client.ts';

limiterContract('memory', async () => ({ store: () => undefined, close: async () => {} }));

describeRedis('with a server', (server) => {
  limiterContract('Redis', async (clock) => {
    const client = await VirtualClient.of(server(), clock);
    const prefix = `test-${crypto.randomUUID()}`;
    const stores: Store[] = [];
    const restore = holdForDigests(clock);
    return {
      isShared: true,
      store: () => {
        const store = redisStore(client, { prefix, clock });
        stores.push(store);
        return store;
      },
      close: async () => {
        for (const store of stores) await store.close();
        client.destroy();
        restore();
      },
    };
  });
});
