// #region stores

import { Redis } from 'ioredis';
import { redisStore } from 'llm-headroom/redis';
import { createClient } from 'redis';

const byUrl = redisStore('redis://user:password@cache:6379/2'); // or rediss://, unix:/run/redis.sock
const byRedis = redisStore(createClient()); // also createCluster, createSentinel, createClientPool
const byIoredis = redisStore(new Redis({ lazyConnect: true })); // also new Cluster(nodes), sentinels
// #endregion stores

for (const store of [byUrl, byRedis, byIoredis]) {
  console.log(store.member !== '', await store.close());
}
