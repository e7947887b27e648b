import pg from 'pg';
import { PostgresCells } from '../../src/postgres/postgres-cells.ts';
import { skipAloud } from '../redis/support/describe-redis.ts';
import { type CellStore, describeCells } from '../support/cell-contract.ts';
import { describeSharedValue } from '../support/shared-value-contract.ts';
import { isThere, POSTGRES_URL } from './support/server.ts';

/** Cells in a table of their own, through URLs or through pools of the test's. */
async function storeVia(isPool: boolean): Promise<CellStore> {
  const table = `cells_${crypto.randomUUID().replaceAll('-', '').slice(0, 12)}`;
  const admin = new pg.Client({ connectionString: POSTGRES_URL });
  await admin.connect();
  const pools: pg.Pool[] = [];
  const url = `${POSTGRES_URL}?application_name=${table}`;
  const first = new PostgresCells(url, { table });
  await first.createTable();
  await first.close();
  return {
    join: async () => {
      const pool = isPool ? new pg.Pool({ connectionString: url, max: 3 }) : undefined;
      pool?.on('error', () => {});
      if (pool !== undefined) pools.push(pool);
      const cells = new PostgresCells(pool ?? url, { table });
      await cells.listening();
      return cells;
    },
    clear: async () => void (await admin.query(`DELETE FROM ${table}`)),
    // The server isn't ours to stop: all of its connections to us are ended.
    restart: async () => {
      const ours =
        'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1';
      await admin.query(ours, [table]);
    },
    close: async () => {
      for (const pool of pools) await pool.end();
      await admin.query(`DROP TABLE ${table}`);
      await admin.end();
    },
  };
}

if (await isThere()) {
  describeCells('cells in PostgreSQL, by a URL', () => storeVia(false), {
    takes: false,
    restarts: true,
  });
  describeCells('cells in PostgreSQL, by a pool', () => storeVia(true), {
    takes: false,
    restarts: true,
  });
  describeSharedValue('a value in PostgreSQL', () => storeVia(false));
} else skipAloud('cells in PostgreSQL', `no server at ${POSTGRES_URL}`);
