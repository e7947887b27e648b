import type { Connection } from './connection.ts';
import { IoRedisConnection } from './ioredis.ts';
import { isNodeRedis, NodeRedisConnection } from './node-redis.ts';
import { type OpenOptions, ownClients } from './own-client.ts';
import { OwnConnection } from './own-connection.ts';

/**
 * A connection to the server at `url`, through whichever of the packages `redis` and `ioredis` is
 * installed. Nothing is loaded or opened before the first use.
 *
 * @throws TypeError where `url` is no URL of a Redis server, or TLS options are given without TLS
 */
export function openRedis(url: string | URL, options?: OpenOptions): Connection {
  const clients = ownClients(url, options);
  return new OwnConnection(async () => {
    const make = await clients();
    return () => {
      const client = make();
      return isNodeRedis(client)
        ? new NodeRedisConnection(client, true)
        : new IoRedisConnection(client, true);
    };
  });
}
