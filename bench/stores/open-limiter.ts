import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Which checkout, and where its limits are kept. */
export interface Kept {
  /** The folder of the checkout. */
  readonly root: string;
  readonly store: 'redis' | 'postgres';
  readonly url: string;
  /** The table, in Postgres. */
  readonly table: string;
}

/** Busy machines answer late, and that is to be measured. */
const TIMEOUT_MS = 10_000;

/** Does a call when the limit of `perSecond` calls has room for it. */
export async function openLimiter(
  { root, store, url, table }: Kept,
  perSecond: number,
): Promise<(work: () => void) => Promise<void>> {
  const load = (path: string) => import(pathToFileURL(resolve(root, path)).href);
  const { createRateLimiter } = await load('src/index.ts');
  const options = { onStoreLost: 'closed', commandTimeoutMs: TIMEOUT_MS };
  const kept =
    store === 'redis'
      ? (await load('src/redis/index.ts')).redisStore(url, {
          ...options,
          connectTimeoutMs: TIMEOUT_MS,
        })
      : (await load('src/postgres/index.ts')).postgresStore(url, { ...options, table });
  const paced = { headroom: 0, enforcement: 'bucket', burstSeconds: 0.1 };
  const limiter = createRateLimiter({ limits: { rpm: 60 * perSecond }, ...paced, store: kept });
  return async (work) => {
    const reservation = await limiter.acquire({});
    work();
    reservation.settle();
  };
}
