import { postgresStore } from '../../../src/postgres/index.ts';
import type { Store } from '../../../src/shared/store.ts';
import type { VirtualClock } from '../../../src/testing/index.ts';
import { holdForDigests } from '../../redis/support/virtual-client.ts';
import type { Keeping } from '../../support/limiter-contract.ts';
import { newDatabase } from './describe-postgres.ts';
import { VirtualPool } from './virtual-pool.ts';

/** Limits that are kept in a server, on which a virtual clock's time passes. */
export async function inPostgres(clock: VirtualClock): Promise<Keeping> {
  const { table, url, drop } = await newDatabase();
  const pool = new VirtualPool(url, clock);
  const stores: Store[] = [];
  const restore = holdForDigests(clock);
  return {
    isShared: true,
    store: () => {
      const store = postgresStore(pool, { table, clock });
      stores.push(store);
      return store;
    },
    close: async () => {
      for (const store of stores) await store.close();
      const letGo = clock.hold();
      await pool.end();
      await drop();
      letGo();
      restore();
    },
  };
}
