import { expected } from '../validate.ts';
import type { Connection } from './connection.ts';
import { type IoRedisClient, IoRedisConnection, isIoRedis } from './ioredis.ts';
import { isNodeRedis, type NodeRedisClient, NodeRedisConnection } from './node-redis.ts';
import { openRedis } from './open.ts';
import type { OpenOptions } from './own-client.ts';

/** A URL, or your own client of `redis` or `ioredis`: for one server, a cluster, sentinels or a pool. */
export type RedisTarget = string | URL | NodeRedisClient | IoRedisClient;

/**
 * The way to `target`. A caller's client is connected where it isn't yet, and never closed.
 *
 * @throws TypeError where `target` is nothing of that kind
 */
export function connectionTo(target: RedisTarget, options?: OpenOptions): Connection {
  if (typeof target === 'string' || target instanceof URL) return openRedis(target, options);
  if (isNodeRedis(target)) return new NodeRedisConnection(target, false);
  if (isIoRedis(target)) return new IoRedisConnection(target, false);
  throw expected('redis', 'a URL, or a client of `redis` 5 or `ioredis` 5 or later', target);
}
