import { redisCells } from '../../src/redis/cell/create-cells.ts';
import type { RedisCells } from '../../src/redis/cell/redis-cells.ts';
import type { CellStore } from '../../src/testing/index.ts';
import { describeHistories } from '../support/store-histories.ts';
import { describePrivate } from './support/describe-redis.ts';
import { RedisServer } from './support/redis-server.ts';

describePrivate(
  'with a server',
  () => RedisServer.private(),
  (server) => {
    const start = async (): Promise<CellStore> => {
      const prefix = crypto.randomUUID();
      const joined: RedisCells[] = [];
      const join = async (): Promise<RedisCells> => {
        const cells = redisCells(server().url, { prefix, commandTimeoutMs: 60_000 });
        joined.push(cells);
        await cells.listening();
        return cells;
      };
      return { join, close: () => closed(joined) };
    };
    describeHistories('a lane in Redis', start, 15);
  },
);

async function closed(joined: readonly RedisCells[]): Promise<void> {
  for (const cells of joined) await cells.close();
}
