import Bottleneck from 'bottleneck';
import { Redis } from 'ioredis';
import { RateLimiterQueue, RateLimiterRedis } from 'rate-limiter-flexible';
import { createRateLimiter } from '../../src/index.ts';
import { redisStore } from '../../src/redis/index.ts';

/** One process's part of a limit that several share. */
export interface SharedLimiter {
  /** Does `work` when the limit has room for one more call. */
  run(work: () => Promise<void>): Promise<void>;
  close(): Promise<void>;
}

/** @param perSecond - the limit, in calls */
export type OpenLimiter = (url: string, perSecond: number) => Promise<SharedLimiter>;

const ID = 'bench';
/** Busy machines answer late, and that is to be measured. */
const TIMEOUT_MS = 10_000;

const ours: OpenLimiter = async (url, perSecond) => {
  const store = redisStore(url, { onStoreLost: 'closed', commandTimeoutMs: TIMEOUT_MS });
  const limits = { rpm: 60 * perSecond };
  const paced = { headroom: 0, enforcement: 'bucket', burstSeconds: 0.1 } as const;
  const limiter = createRateLimiter({ limits, ...paced, store });
  return {
    run: async (work) => {
      const reservation = await limiter.acquire({});
      await work();
      reservation.settle();
    },
    close: async () => {
      limiter.close();
      await store.close();
    },
  };
};

const bottleneck: OpenLimiter = async (url, perSecond) => {
  const { hostname: host, port } = new URL(url);
  const limiter = new Bottleneck({
    id: ID,
    datastore: 'ioredis',
    clientOptions: { host, port: Number(port) },
    minTime: perSecond >= 1000 ? 0 : 1000 / perSecond,
    reservoir: 1e9,
  });
  limiter.on('error', () => {});
  await limiter.ready();
  return {
    run: (work) => limiter.schedule(work),
    close: () => limiter.disconnect(false),
  };
};

const flexible: OpenLimiter = async (url, perSecond) => {
  const client = new Redis(url);
  const limits = { points: perSecond, duration: 1, keyPrefix: ID };
  const queue = new RateLimiterQueue(new RateLimiterRedis({ storeClient: client, ...limits }));
  return {
    run: async (work) => {
      await queue.removeTokens(1);
      await work();
    },
    close: async () => client.disconnect(),
  };
};

export const OURS = 'llm-headroom';

export const LIMITERS: Readonly<Record<string, OpenLimiter>> = {
  [OURS]: ours,
  'bottleneck, clustering': bottleneck,
  'rate-limiter-flexible': flexible,
};
