import {
  type BatchItemResult,
  type BatchOptions,
  expectBatchOptions,
} from '../batch-api/item-options.ts';
import type { ItemHost, LiveClient } from '../batch-api/item-run.ts';
import { field } from '../model/json.ts';
import type { PricedUsage } from '../providers/cost-in-usd.ts';
import { expected } from '../validate.ts';
import type { LimiterCore } from './limiter-core.ts';

/** The limiter itself: its items that can't be batched go through `map`. */
interface BatchingLimiter extends Pick<ItemHost, 'map' | 'plan'> {
  readonly core: LimiterCore;
}

/** @throws TypeError for a client or options that can't be used */
export function batchedItems<Item, Value>(
  limiter: BatchingLimiter,
  client: object,
  items: Iterable<Item> | AsyncIterable<Item>,
  options: BatchOptions<Item>,
): AsyncGenerator<BatchItemResult<Item, Value>, void> {
  expectBatchOptions(options);
  if (!isClientOf(client, limiter)) {
    throw expected('client', 'a client that `withRateLimit` has given this limiter', client);
  }
  const { core, map, plan } = limiter;
  const { batches, clock, emitter, lanes } = core;
  return batches.tracked(async () => {
    const { ItemRun } = await core.loaded(() => import('../batch-api/item-run.ts'));
    const { usdOf } = await core.loaded(() => import('../providers/usd-of.ts'));
    const host: ItemHost = {
      ...{ clock, emitter, lanes, map, plan },
      usdOf: (model: string, usage: PricedUsage) => usdOf(model, usage, core.prices),
    };
    return new ItemRun<Item, Value>(host, client, options);
  }, items);
}

/** Whether `withRateLimit` has given the client this limiter. */
function isClientOf(client: unknown, limiter: BatchingLimiter): client is LiveClient {
  return field(client, 'rateLimit') === limiter;
}
