import pg from 'pg';
import { postgresStore } from '../../../src/postgres/index.ts';
import type { Store } from '../../../src/shared/store.ts';
import type { VirtualClock } from '../../../src/testing/index.ts';
import { holdForDigests } from '../../redis/support/virtual-client.ts';
import type { Keeping } from '../../support/limiter-contract.ts';
import { atEnd, type Database, newDatabase } from './describe-postgres.ts';
import { VirtualPool } from './virtual-pool.ts';

/** A table, and connections to it, that the tests of a file use one after the other. */
interface Server extends Database {
  readonly pool: pg.Pool;
}

let server: Promise<Server> | undefined;

async function openServer(): Promise<Server> {
  const database = await newDatabase();
  const options = '-c synchronous_commit=off'; // What a crash would lose is lost anyway.
  const pool = new pg.Pool({ connectionString: database.url, max: 40, options });
  pool.on('error', () => {});
  atEnd(() => pool.end(), database.drop);
  return { ...database, pool };
}

/** Limits that are kept in a server, on which a virtual clock's time passes. */
export async function inPostgres(clock: VirtualClock): Promise<Keeping> {
  server ??= openServer();
  const { table, admin, pool: shared } = await server;
  const pool = new VirtualPool(shared, clock);
  const stores: Store[] = [];
  const restore = holdForDigests(clock);
  return {
    isShared: true,
    store: (own = clock) => {
      const store = postgresStore(pool, { table, clock: own });
      stores.push(store);
      return store;
    },
    close: async () => {
      for (const store of stores) await store.close();
      const letGo = clock.hold();
      await pool.end();
      await admin.query(`DELETE FROM ${table}`);
      letGo();
      restore();
    },
  };
}
