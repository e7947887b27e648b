import type { MapFunction } from './batch/batch-run.ts';
import type { MapOptions } from './batch/options.ts';
import type { MapResult } from './batch/results.ts';
import { runReserved } from './batch/run-reserved.ts';
import type { BatchItemResult, BatchOptions } from './batch-api/item-options.ts';
import { definePlainFetch } from './fetch/plain-fetch.ts';
import type { Rejection, Reservation } from './lane/reservation.ts';
import type { AcquireOptions } from './limiter/acquire-options.ts';
import { batchedItems } from './limiter/batched-items.ts';
import { LimiterControls } from './limiter/limiter-controls.ts';
import { ManualCalls } from './limiter/manual-calls.ts';
import { markLimiter } from './limiter-self.ts';
import { bindMethods } from './model/bind-methods.ts';
import type { Cost } from './model/limits.ts';
import type { RateLimiterOptions } from './options.ts';
import type { Calibration } from './tokens/calibration/calibration.ts';

/**
 * Lets calls go as fast as their limits allow. Each wrapped client has a limiter. It also works without
 * a client:
 *
 * ```ts
 * const limiter = createRateLimiter({ limits: { rpm: 500, tpm: 200_000 } });
 * const reservation = await limiter.acquire({ tokens: 1_200 });
 * try {
 *   reservation.settle({ tokens: await work() });
 * } finally {
 *   reservation.cancel(); // does nothing once it is settled
 * }
 * ```
 */
export class RateLimiter extends LimiterControls {
  /** What was learned about estimates. `JSON.stringify` it to keep it for the next process. */
  readonly calibration: Calibration;
  /**
   * A `fetch` whose calls to models wait for this limiter, for any client that takes a `fetch`. For one
   * with options, use `rateLimitedFetch({ limiter, … })`.
   *
   * @example
   * const openai = createOpenAI({ fetch: limiter.fetch }); // Vercel's AI SDK
   */
  declare readonly fetch: typeof globalThis.fetch;
  readonly #calls: ManualCalls;

  /** @throws TypeError for options that can't be used */
  constructor(options: RateLimiterOptions = {}) {
    super(options);
    this.calibration = this.core.calibration;
    this.#calls = new ManualCalls(this.core);
    markLimiter(this);
    for (const { prototype } of [RateLimiter, LimiterControls]) bindMethods(this, prototype);
    definePlainFetch(this, this.core);
  }

  /**
   * Waits until a call of that cost may be sent. `requests` is 1 unless given. End the reservation
   * with `settle` or `cancel`: until then, the call counts as in flight.
   *
   * @example
   * const reservation = await limiter.acquire({ tokens: 1_200 }, { key: 'alice', maxWaitMs: 5_000 });
   * try {
   *   reservation.settle({ tokens: await work() });
   * } finally {
   *   reservation.cancel();
   * }
   *
   * @throws TypeError for a cost or options that can't be used
   * @throws CallTooLarge if the cost exceeds a whole limit
   * @throws RateLimitExceeded if the call would wait longer than `maxWaitMs`, or if the provider has
   * stopped the lane for longer than `maxPauseMs`
   * @throws QueueFull if `maxQueue` calls are waiting already
   * @throws StoreUnavailable if the store can't be reached, and calls may not go without it
   * @throws HeadroomError: `closed`; `tier_unknown` if the limits of the caller's tier can't be loaded
   * @throws the signal's reason, if it aborts while the call waits
   */
  acquire(cost: Cost, options: AcquireOptions = {}): Promise<Reservation> {
    return this.#calls.acquire(cost, options);
  }

  /**
   * Reserves a call of that cost now, or says why it can't go and when to ask again. Never waits.
   *
   * @example
   * const answer = limiter.tryAcquire({ tokens: 1_200 });
   * if (answer.granted) answer.settle({ tokens: await work() });
   * else console.log(`Not now (${answer.reason}): try again in ${answer.waitMs} ms`);
   *
   * @throws TypeError for a cost or options that can't be used
   * @throws CallTooLarge if the cost exceeds a whole limit
   * @throws RateLimitExceeded if the provider has stopped the lane for longer than `maxPauseMs`
   * @throws HeadroomError: `closed`; `store_async` with a store, which can't answer synchronously;
   * `tier_unknown` if the limits of the caller's tier have not been loaded yet
   */
  tryAcquire(
    cost: Cost,
    options: Pick<AcquireOptions, 'model' | 'key' | 'tier'> = {},
  ): Reservation | Rejection {
    return this.#calls.tryAcquire(cost, options);
  }

  /**
   * Waits until a call of that cost may be sent, calls `fn`, and ends the reservation when `fn` ends.
   * In `fn`, call `reservation.settle` with what was used. Otherwise, everything reserved counts as
   * used, even if `fn` fails, because the request may have been sent. If it was not sent, call
   * `reservation.cancel` before you throw.
   *
   * @example
   * const answer = await limiter.run({ tokens: 1_200 }, async (reservation) => {
   *   const { text, tokens } = await work();
   *   reservation.settle({ tokens });
   *   return text;
   * });
   *
   * @throws what `fn` throws, and what `acquire` does
   */
  run<T>(
    cost: Cost,
    fn: (reservation: Reservation) => T | PromiseLike<T>,
    options: AcquireOptions = {},
  ): Promise<T> {
    return runReserved(() => this.acquire(cost, options), fn);
  }

  /**
   * Counts what was used without this limiter, for example by another program with the same API key:
   * in the lanes of `model` (a model, or a lane's name as in `snapshot()`), also those that open within
   * the next minute, and in the limits of the caller's tier. If no such lane is open,
   * it counts in the lane of that name that `acquire` uses. If more was used than a limit allows, later
   * calls wait longer. Budgets don't count it.
   *
   * @example
   * limiter.record({ tokens: 40_000 }, { model: 'gpt-4o' });
   *
   * @throws TypeError for a cost or options that can't be used
   * @throws HeadroomError (`closed`) after `close()`
   */
  record(cost: Cost, options: Pick<AcquireOptions, 'model' | 'key' | 'tier'> = {}): void {
    this.#calls.record(cost, options);
  }

  /**
   * Calls `fn` for each item, for as many items at once as the limits can use, and yields each result
   * as soon as it is there. `fn` makes its calls through this limiter: with a wrapped client, or with
   * `run`.
   *
   * If `fn` fails, its error is the result of that item, and the batch continues. If `items` itself
   * fails, its error is thrown after the results of all items that have started. Nothing starts before
   * you ask for the first result, and if you stop reading results, no new items start. `signal`,
   * `break` and `close()` end the batch, and abort the signal that `fn` received.
   *
   * @example
   * for await (const result of limiter.map(texts, (text, { signal }) => ask(text, signal))) {
   *   if ('error' in result) console.error(result.index, result.error);
   *   else console.log(result.index, result.value);
   * }
   *
   * @throws TypeError for arguments that can't be used
   * @throws HeadroomError (`closed`) after `close()`
   */
  map<Item, Value>(
    items: Iterable<Item> | AsyncIterable<Item>,
    fn: MapFunction<Item, Value>,
    options: MapOptions = {},
  ): AsyncIterableIterator<MapResult<Item, Value>> {
    this.core.expectOpen();
    return this.core.batches.map(items, fn, options);
  }

  /**
   * Sends a call for each item through the provider's Batch API, at half the price and within a day.
   * Calls that expire there, or fail in a way that another attempt may fix, are sent live. `client` is
   * a wrapped client of this limiter; `request` makes the body of an item's call. A `budget` counts only
   * the calls that are sent live.
   *
   * Yields each result as soon as it is there, in any order: the response's JSON as `value`, or an
   * `error` (`BatchedCallFailed`, or the SDK's own). `via` says how the call was sent. Items stay in
   * memory until they have a result. `break`, `signal` and `close()` end the run, but leave batches
   * running at the provider: with a `journal`, a later run continues with them.
   *
   * @example
   * const openai = withRateLimit(new OpenAI());
   * const request = (text: string) => ({ model: 'gpt-4o-mini', messages: [{ role: 'user', content: text }] });
   * for await (const result of openai.rateLimit.batch(openai, texts, { request })) {
   *   console.log(result.index, 'error' in result ? result.error : result.value);
   * }
   *
   * @throws TypeError for arguments that can't be used, and for a deadline if no limits are known
   * @throws HeadroomError (`closed`) after `close()`
   * @throws the SDK's error if the host has no Batch API, or refuses the key
   */
  batch<Item, Value = unknown>(
    client: object,
    items: Iterable<Item> | AsyncIterable<Item>,
    options: BatchOptions<Item>,
  ): AsyncGenerator<BatchItemResult<Item, Value>, void> {
    this.core.expectOpen();
    return batchedItems(this, client, items, options);
  }
}

/**
 * Makes a rate limiter, to share between clients (`withRateLimit(client, { limiter })`) or to use
 * without a client.
 *
 * @example
 * const limiter = createRateLimiter({ limits: { rpm: 500, tpm: 200_000 } });
 * const openai = withRateLimit(new OpenAI(), { limiter });
 *
 * @throws TypeError for options that can't be used
 */
export function createRateLimiter(options: RateLimiterOptions = {}): RateLimiter {
  return new RateLimiter(options);
}
