import { join } from 'node:path';
import pg from 'pg';
import { createTable } from '../../src/postgres/index.ts';
import type { RedisServer } from '../../test/redis/support/redis-server.ts';
import { delayProxy } from './delay-proxy.ts';
import type { Kept } from './open-limiter.ts';

const ROOT = join(import.meta.dirname, '../..');
/** Another checkout, to be measured beside this one. */
const { BEFORE, POSTGRES_URL = 'postgres://postgres@127.0.0.1:5432/test' } = process.env;

export type StoreName = Kept['store'];

/** What is measured: a checkout, under the name of its rows. */
export interface Variant {
  readonly name: string;
  readonly root: string;
}

/** This checkout; and before it `BEFORE`, which knows Redis only. */
export function variantsOf(store: StoreName): readonly Variant[] {
  const now = { name: 'now', root: ROOT };
  const isBefore = BEFORE !== undefined && store === 'redis';
  return isBefore ? [{ name: 'before', root: BEFORE }, now] : [now];
}

/** Gives `use` an empty store, each way to which takes half a round trip longer. */
export async function withStore<T>(
  server: RedisServer,
  kept: Pick<Kept, 'root' | 'store'>,
  roundTripMs: number,
  use: (kept: Kept) => Promise<T>,
): Promise<T> {
  const postgres = kept.store === 'postgres' ? await Table.create() : undefined;
  if (postgres === undefined) await server.flush();
  const url = new URL(postgres === undefined ? server.url : POSTGRES_URL);
  const port = Number(url.port || 5432);
  const proxy = roundTripMs > 0 ? await delayProxy(port, roundTripMs / 2) : undefined;
  url.port = String(proxy?.port ?? port);
  try {
    return await use({ ...kept, url: url.href, table: postgres?.name ?? '' });
  } finally {
    proxy?.close();
    await postgres?.drop();
  }
}

/** A table of its own for each measurement. */
class Table {
  readonly name = `bench_${crypto.randomUUID().replaceAll('-', '').slice(0, 12)}`;
  readonly #client = new pg.Client({ connectionString: POSTGRES_URL });

  static async create(): Promise<Table> {
    const table = new Table();
    await table.#client.connect();
    await table.#client.query(createTable(table.name));
    return table;
  }

  async drop(): Promise<void> {
    await this.#client.query(`DROP TABLE ${this.name}`);
    await this.#client.end();
  }
}
