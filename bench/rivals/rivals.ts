import Bottleneck from 'bottleneck';
import { TokenBucket } from 'limiter';
import PQueue from 'p-queue';
import pThrottle from 'p-throttle';
import { RateLimiterMemory, RateLimiterQueue } from 'rate-limiter-flexible';
import { counters } from './counters.ts';
import type { Pass, Usable } from './pass.ts';

const MINUTE_MS = 60_000;

/** Other limiters, set up as their documentation says for so many tokens, or calls, a minute. */
export const RIVALS: Readonly<Record<string, (usable: Usable) => Pass>> = {
  'the SDK’s retries': () => (_, send) => send(),
  'p-queue, calls': ({ rpm }) => {
    const queue = new PQueue({ interval: MINUTE_MS, intervalCap: rpm });
    return (_, send) => queue.add(send);
  },
  'p-throttle, tokens': ({ tpm }) => {
    const throttled = pThrottle({
      limit: tpm,
      interval: MINUTE_MS,
      strict: true,
      weight: (cost: number) => cost,
    })((_cost: number, send: () => Promise<unknown>) => send());
    return <T>(cost: number, send: () => Promise<T>) => throttled(cost, send) as Promise<T>;
  },
  'bottleneck, tokens': ({ tpm }) => {
    const limiter = new Bottleneck({
      reservoir: tpm,
      reservoirRefreshAmount: tpm,
      reservoirRefreshInterval: MINUTE_MS,
    });
    return (cost, send) => limiter.schedule({ weight: cost }, send);
  },
  'limiter, tokens': ({ tpm }) => {
    const bucket = new TokenBucket({
      bucketSize: tpm,
      tokensPerInterval: tpm,
      interval: MINUTE_MS,
    });
    return async (cost, send) => {
      await bucket.removeTokens(cost);
      return send();
    };
  },
  'OpenAI’s cookbook, both': counters,
  'rate-limiter-flexible, tokens': ({ tpm }) => {
    const memory = new RateLimiterMemory({ points: tpm, duration: MINUTE_MS / 1000 });
    const queue = new RateLimiterQueue(memory, { maxQueueSize: 1_000_000 });
    return async (cost, send) => {
      await queue.removeTokens(cost);
      return send();
    };
  },
};
