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
 * Lets calls through at the rate of their limits. Wrapped clients have one; it also serves alone:
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
  /** What responses have taught about estimates: `JSON.stringify` it to keep it. */
  readonly calibration: Calibration;
  /**
   * A `fetch` whose calls to models wait for this limiter: for any client that takes one. It needs no
   * `this`. `rateLimitedFetch({ limiter, … })` is the same with options.
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
   * with `settle` or `cancel`: until then it counts as in flight.
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
   * @throws CallTooLarge where the cost exceeds a limit
   * @throws RateLimitExceeded where it would wait longer than `maxWaitMs`, or the provider has
   * stopped the lane for longer than `maxPauseMs`
   * @throws QueueFull where `maxQueue` calls wait already
   * @throws StoreUnavailable where the store is lost, and nothing goes without it
   * @throws HeadroomError: `closed`; `tier_unknown` where the limits of its tier can't be had
   * @throws the signal's reason, when it aborts first
   */
  acquire(cost: Cost, options: AcquireOptions = {}): Promise<Reservation> {
    return this.#calls.acquire(cost, options);
  }

  /**
   * Lets a call of that cost through now, or says why not, and when to ask again. Never waits.
   *
   * @example
   * const answer = limiter.tryAcquire({ tokens: 1_200 });
   * if (answer.granted) answer.settle({ tokens: await work() });
   * else console.log(`Not now (${answer.reason}): try again in ${answer.waitMs} ms`);
   *
   * @throws TypeError for a cost or options that can't be used
   * @throws CallTooLarge where the cost exceeds a limit
   * @throws RateLimitExceeded where the provider has stopped the lane for longer than `maxPauseMs`
   * @throws HeadroomError: `closed`; `store_async` with a store, which takes a moment to ask;
   * `tier_unknown` where the limits of the caller's tier have to be asked for first
   */
  tryAcquire(
    cost: Cost,
    options: Pick<AcquireOptions, 'model' | 'key' | 'tier'> = {},
  ): Reservation | Rejection {
    return this.#calls.tryAcquire(cost, options);
  }

  /**
   * Waits for its turn, calls `fn`, and ends the reservation: with what `fn` gives to its `settle`,
   * else as it was reserved, also where `fn` fails, because its request may have been sent. Where it
   * was not, `fn` calls `cancel` before it throws.
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
   * Counts what was used without this limiter, by another program with the same key: in the lanes of
   * the model (or of the name that `snapshot()` calls a lane) that are open, else in that of calls by
   * hand, and in those of clients that open within a minute; and of the limits of its caller's tier.
   * What exceeds a limit is a debt, which calls wait off. Budgets don't count it.
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
   * Calls `fn` for each item, for as many at a time as keep the limits busy, and yields what becomes
   * of each as it is there. `fn` makes its calls through this limiter: on a client of
   * `withRateLimit`, or with `run`. An error is a result, and ends nothing; one of `items` itself is
   * thrown, when all that was begun has been handed out. Nothing begins before the first result is
   * asked for, and no more than a bounded number while none is taken. `signal`, `break` and `close()`
   * end it: the signal that `fn` got aborts.
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
   * Sends a call for each item by the provider's Batch API, at half the price and within a day, and
   * live what expires there, or fails in a way that another try may not. `client` is one that
   * `withRateLimit` has given this limiter; `request` makes the body of an item's call. Yields what
   * becomes of each item as it is there, in any order: the answer's JSON as `value`, or an `error`
   * (`BatchedCallFailed`, or the SDK's), and `via` which way it went. All items are in memory until
   * they have a result. `break`, `signal` and `close()` end it here, and leave batches running: with
   * a `journal`, a later call goes on with them.
   *
   * @example
   * const openai = withRateLimit(new OpenAI());
   * const request = (text: string) => ({ model: 'gpt-4o-mini', messages: [{ role: 'user', content: text }] });
   * for await (const result of openai.rateLimit.batch(openai, texts, { request })) {
   *   console.log(result.index, 'error' in result ? result.error : result.value);
   * }
   *
   * @throws TypeError for arguments that can't be used, and for a deadline where nobody knows limits
   * @throws HeadroomError (`closed`) after `close()`
   * @throws the SDK's error where the host has no Batch API, or takes no key
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
 * A rate limiter of its own, to be shared by clients (`{ limiter }`) or used alone.
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
