import { redisStore } from '../../../src/redis/index.ts';
import type { Store } from '../../../src/shared/store.ts';
import type { VirtualClock } from '../../../src/testing/index.ts';
import type { Keeping } from '../../support/limiter-contract.ts';
import type { ServerOf } from './describe-redis.ts';
import type { RedisServer } from './redis-server.ts';
import { holdForDigests, VirtualClient } from './virtual-client.ts';

/** Limits that are kept in a server, on which a virtual clock's time passes. */
export function inRedis(server: ServerOf<RedisServer>): (clock: VirtualClock) => Promise<Keeping> {
  return async (clock) => {
    const client = await VirtualClient.of(server(), clock);
    const prefix = `test-${crypto.randomUUID()}`;
    const stores: Store[] = [];
    const restore = holdForDigests(clock);
    return {
      isShared: true,
      store: (own = clock) => {
        const store = redisStore(client, { prefix, clock: own });
        stores.push(store);
        return store;
      },
      close: async () => {
        for (const store of stores) await store.close();
        client.destroy();
        restore();
      },
    };
  };
}
