import { Redis } from 'ioredis';
import type { Store } from 'llm-headroom';
import { postgresStore } from 'llm-headroom/postgres';
import { redisStore } from 'llm-headroom/redis';
import { Pool } from 'pg';
import { createClient } from 'redis';

const url = 'redis://127.0.0.1:6379';
const options = { lazyConnect: true };
const connectionString = 'postgres://127.0.0.1:5432/test';

function redisStores(): Store[] {
  return [
    // #region redis
    redisStore('redis://user:password@cache:6379/2'), // or rediss://, or unix:/run/redis.sock
    redisStore(createClient({ url })), // of `redis`: also createCluster, createSentinel, createClientPool
    redisStore(new Redis(options)), // of `ioredis`: also new Cluster(nodes), and sentinels
    // #endregion redis
  ];
}

function postgresStores(): Store[] {
  return [
    // #region postgres
    postgresStore('postgres://user:password@db:5432/app'), // with the package `pg`, 8 or later
    postgresStore(new Pool({ connectionString })), // of `pg`; it stays yours to close
    // #endregion postgres
  ];
}

const stores = [...redisStores(), ...postgresStores()];
console.log(`${stores.length} stores`);
await Promise.all(stores.map((store) => store.close()));
