import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import pg from 'pg';
import type { PostgresPool } from '../../src/postgres/index.ts';

/** Which checkout, and where its limits are kept. */
export interface Kept {
  /** The folder of the checkout. */
  readonly root: string;
  readonly store: 'redis' | 'postgres';
  readonly url: string;
  /** The table, in Postgres. */
  readonly table: string;
}

/** What this bench needs of a limiter. */
export interface OpenedLimiter {
  acquire(cost: { tokens?: number }): Promise<{ settle(usage?: { tokens: number }): void }>;
}

/** Busy machines answer late, and that is to be measured. */
const TIMEOUT_MS = 10_000;

/** A limiter of the checkout, and how many statements it has asked of Postgres. */
export async function openLimiter(
  { root, store, url, table }: Kept,
  options: object,
): Promise<{ readonly limiter: OpenedLimiter; readonly asked: () => number }> {
  const load = (path: string) => import(pathToFileURL(resolve(root, path)).href);
  const { createRateLimiter } = await load('src/index.ts');
  const patient = { onStoreLost: 'closed', commandTimeoutMs: TIMEOUT_MS };
  if (store === 'redis') {
    const { redisStore } = await load('src/redis/index.ts');
    const kept = redisStore(url, { ...patient, connectTimeoutMs: TIMEOUT_MS });
    return { limiter: createRateLimiter({ ...options, store: kept }), asked: () => Number.NaN };
  }
  const { postgresStore } = await load('src/postgres/index.ts');
  const pool = new pg.Pool({ connectionString: url });
  let asked = 0;
  const counted: PostgresPool = {
    query: (query) => {
      asked += 1;
      return pool.query(query);
    },
    connect: () => pool.connect(),
    end: () => pool.end(),
    on: (event, listener) => pool.on(event, listener),
  };
  const kept = postgresStore(counted, { ...patient, table });
  return { limiter: createRateLimiter({ ...options, store: kept }), asked: () => asked };
}
