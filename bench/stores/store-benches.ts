import { RedisServer } from '../../test/redis/support/redis-server.ts';
import { mishapTable } from './mishap-table.ts';
import { storeTables } from './store-tables.ts';
import type { StoreName } from './variants.ts';

const PARTS = { processes: storeTables, mishaps: mishapTable };

/** `redis:processes`, `postgres:mishaps` and so on. */
export const STORE_TABLES: Readonly<Record<string, () => Promise<string>>> = Object.fromEntries(
  (['redis', 'postgres'] as const).flatMap((store) =>
    Object.entries(PARTS).map(([part, bench]) => [`${store}:${part}`, () => run(store, bench)]),
  ),
);

async function run(
  store: StoreName,
  bench: (store: StoreName, server: RedisServer) => Promise<string>,
): Promise<string> {
  const server = await RedisServer.private();
  try {
    return await bench(store, server);
  } finally {
    await server.dispose();
  }
}
