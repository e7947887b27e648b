import { defined, expectContext } from './callers/run-as.ts';
import { globalFetch } from './fetch/global-fetch.ts';
import { lateFetch } from './fetch/late-fetch.ts';
import type { FetchFunction } from './fetch/outgoing-request.ts';
import { createRateLimiter, type RateLimiter } from './limiter.ts';
import { LIMITER_OPTIONS } from './options.ts';
import {
  CLIENT_OPTIONS,
  expectAnyTier,
  limiterOptions,
  type OwnLimiterOptions,
  type SharedLimiterOptions,
  sharedLimiter,
} from './rate-limit-options.ts';
import { withTimeLimit } from './sdk/estimator-time-limit.ts';
import type { CustomEstimator } from './tokens/custom-estimate.ts';
import {
  expected,
  expectFunction,
  expectKnown,
  expectNumber,
  expectObject,
  expectOneOf,
  optionsOf,
} from './validate.ts';

/** Options of `rateLimitedFetch`: those of `withRateLimit`, and some of its own. */
export type RateLimitedFetchOptions =
  | (FetchOptions & Omit<OwnLimiterOptions, 'estimate'>)
  | (FetchOptions & Omit<SharedLimiterOptions, 'estimate'>);

/** How a `fetch` behaves itself. */
interface FetchOptions {
  /** Sends the requests: any function that can be called like `fetch`. @default the global `fetch` */
  readonly fetch?: ((...given: Parameters<FetchFunction>) => Promise<Response>) | undefined;
  /**
   * Whether this `fetch` sends a call again after a 429 and its pause; `false` returns the 429 to your
   * client, which may retry. A body that is a stream is never sent again.
   * @default true
   */
  readonly retries?: boolean | undefined;
  /**
   * The longest time of an attempt from when it is sent until its response begins, in milliseconds.
   * The wait for the limits doesn't count. (A `signal` of `AbortSignal.timeout` does count it.)
   * @default none
   */
  readonly timeoutMs?: number | undefined;
  /**
   * How a rejected call ends: `'error'` throws the error; `'response'` returns a response instead: 413
   * for a call that can never pass, 402 for a spent budget, 429 with `retry-after` for a call that
   * would wait too long.
   * @default 'error'
   */
  readonly rejections?: 'error' | 'response' | undefined;
  /** Your own estimate of a call's tokens: see `RateLimitOptions`. @default the built-in estimate */
  readonly estimate?: CustomEstimator | undefined;
}

/** A `fetch` with its limiter. */
export type RateLimitedFetch = FetchFunction & {
  /** The limiter that admits the calls: for its events, `snapshot()`, `close()` and so on. */
  readonly rateLimit: RateLimiter;
};

const FETCH_OPTIONS = optionsOf('rateLimitedFetch({ _ })', [
  'fetch',
  'retries',
  'timeoutMs',
  'rejections',
]);

/**
 * Makes a `fetch` whose calls to models wait until the provider's limits have room for them, for any
 * client that takes a `fetch`. All other requests are sent at once.
 *
 * @example
 * const fetch = rateLimitedFetch({ limits: { rpm: 500, tpm: 200_000 } });
 * const openai = createOpenAI({ fetch }); // Vercel's AI SDK
 * fetch.rateLimit.on('throttled', ({ model, waitMs }) => console.log(model, waitMs));
 *
 * @throws TypeError for options that can't be used
 */
export function rateLimitedFetch(options: RateLimitedFetchOptions = {}): RateLimitedFetch {
  expectObject('options', options, 'an object');
  expectKnown(options, [...LIMITER_OPTIONS, ...CLIENT_OPTIONS, ...FETCH_OPTIONS]);
  const { fetch = globalFetch, retries = true, timeoutMs, rejections = 'error', ...rest } = options;
  expectFetchOptions({ fetch, retries, timeoutMs, rejections });
  const { key, priority, onLimit, maxWaitMs, tier, accountTier, estimate } = rest;
  expectContext({ key, priority, onLimit, maxWaitMs });
  if (estimate !== undefined) expectFunction('estimate', estimate);
  const given = sharedLimiter(rest);
  const limiter = given ?? createRateLimiter(limiterOptions(rest));
  expectAnyTier({ tier, accountTier, limiter });
  const limited = lateFetch({
    limiter: limiter.core,
    caller: defined({ key, priority, onLimit, maxWaitMs }),
    tier,
    accountTier,
    estimate: estimate && withTimeLimit(estimate, limiter.clock),
    fetch,
    retries,
    timeoutMs,
    rejections,
    isUnshared: given === undefined && rest.store === undefined,
  });
  return Object.assign(limited, { rateLimit: limiter });
}

/** @throws TypeError for options of the `fetch` itself that can't be used */
function expectFetchOptions(options: {
  fetch: unknown;
  retries: unknown;
  timeoutMs: unknown;
  rejections: unknown;
}): void {
  const { fetch, retries, timeoutMs, rejections } = options;
  expectFunction('fetch', fetch);
  if (typeof retries !== 'boolean') throw expected('retries', 'true or false', retries);
  expectOneOf('rejections', rejections, ['error', 'response']);
  if (timeoutMs === undefined) return;
  expectNumber('timeoutMs', timeoutMs, 'a number of milliseconds, more than 0', (ms) => ms > 0);
}
