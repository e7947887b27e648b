import { defined, expectContext } from './callers/run-as.ts';
import { LIMIT_PATHS } from './limit-table.ts';
import { createRateLimiter, type RateLimiter } from './limiter.ts';
import { field, isObject } from './model/json.ts';
import { LIMITER_OPTIONS } from './options.ts';
import {
  CLIENT_OPTIONS,
  expectEstimate,
  expectTiers,
  limiterOptions,
  type RateLimitOptions,
  sharedLimiter,
} from './rate-limit-options.ts';
import { accountTierOf } from './sdk/account-tier.ts';
import { anthropicAdapter } from './sdk/anthropic.ts';
import { CallPipeline, type CallPipelineOptions } from './sdk/call-pipeline.ts';
import type { ClientAdapter } from './sdk/client.ts';
import { withTimeLimit } from './sdk/estimator-time-limit.ts';
import { foreignWrapperError, isForeignWrapper, throughPrivate } from './sdk/foreign-wrapper.ts';
import { openaiAdapter } from './sdk/openai.ts';
import { seamFor } from './sdk/seams.ts';
import { noteUnshared } from './unshared.ts';
import type { Upstream } from './upstream.ts';
import { expected, expectKnown, expectObject } from './validate.ts';

/** What every client of `openai` and `@anthropic-ai/sdk` has: TypeScript refuses other objects. */
export interface LimitableClient {
  readonly baseURL: string;
}

/** A client of the same class, with its limiter. */
export type RateLimited<C> = C & {
  /** Decides when calls go: for its events, `snapshot()`, `close()` and the like. */
  readonly rateLimit: RateLimiter;
};

const ADAPTERS: readonly ClientAdapter[] = [openaiAdapter, anthropicAdapter];

/**
 * Returns the same client, except that its calls wait until the provider's limits have room for
 * them: one of OpenAI's or Anthropic's SDK, or of an SDK that is generated with the same core, such as
 * Groq's, Together's and Cerebras's. The client passed in stays as it is. A client that is limited already gets a limiter
 * instead of the one that it had.
 *
 * @example
 * const openai = withRateLimit(new OpenAI(), { limits: { rpm: 500, tpm: 200_000 } });
 * openai.rateLimit.on('throttled', ({ model, waitMs }) => console.log(model, waitMs));
 *
 * @throws TypeError for any other object, which names the way to limit it where there is one, and for
 * options that can't be used
 */
export function withRateLimit<C extends LimitableClient>(
  client: C,
  options: RateLimitOptions = {},
): RateLimited<C> {
  const adapter = adapterOf(client);
  expectObject('options', options, 'an object');
  expectKnown(options, [...LIMITER_OPTIONS, ...CLIENT_OPTIONS], '', LIMIT_PATHS);
  const { key, priority, onLimit, maxWaitMs, tier, accountTier, estimate } = options;
  expectContext({ key, priority, onLimit, maxWaitMs });
  expectEstimate(estimate);
  const limiter = sharedLimiter(options) ?? unshared(client, adapter, options);
  const host = adapter.upstream(client).presetHost ?? adapter.home;
  expectTiers({ tier, accountTier, limiter }, host);
  // `accepts` has found this to be a client, and a clone of it is of its class.
  return wrapped(client, adapter, {
    limiter,
    caller: defined({ key, priority, onLimit, maxWaitMs }),
    tier,
    accountTier,
    estimate: typeof estimate === 'function' ? withTimeLimit(estimate, limiter.clock) : undefined,
    count: estimate === 'provider' ? adapter.counter(client, limiter.clock) : undefined,
  }) as RateLimited<C>;
}

/** @throws TypeError for what is no client, or one that can't be limited */
function adapterOf(client: unknown): ClientAdapter {
  const adapter = ADAPTERS.find((each) => isObject(client) && each.accepts(client));
  if (isObject(client) && isForeignWrapper(client, adapter?.methods ?? [])) {
    throw foreignWrapperError();
  }
  if (adapter === undefined) throw noClient(client);
  return adapter;
}

/** A limiter for this client alone. Processes share it where there is a store. */
function unshared(client: object, adapter: ClientAdapter, options: RateLimitOptions): RateLimiter {
  const limiter = createRateLimiter(limiterOptions(options));
  const { host } = adapter.upstream(client);
  if (options.store === undefined) noteUnshared(host, credentialOf(client));
  return limiter;
}

function credentialOf(client: object): string {
  const credentials = [field(client, 'apiKey'), field(client, 'authToken')];
  return credentials.filter((each) => typeof each === 'string').join(' ');
}

function wrapped(client: object, adapter: ClientAdapter, options: CallPipelineOptions): object {
  const pipeline = new CallPipeline(options, () => upstreamOf(adapter, limited, options));
  const limited: object = throughPrivate(() =>
    adapter.wrap(client, pipeline, (next) => wrapped(next, adapter, options)),
  );
  // Configurable: a Proxy may hand out something else for it only then.
  const property = { value: options.limiter, configurable: true };
  return Object.defineProperty(limited, 'rateLimit', property);
}

/**
 * Where a client's calls go. On a host that nobody knows, an account's tier is one at the SDK's own
 * provider: a gateway stands before it.
 */
function upstreamOf(
  adapter: ClientAdapter,
  client: object,
  options: CallPipelineOptions,
): Upstream {
  const upstream = adapter.upstream(client);
  if (upstream.presetHost !== undefined || accountTierOf(options) === undefined) return upstream;
  const known = atHome.get(upstream) ?? { ...upstream, presetHost: adapter.home };
  atHome.set(upstream, known);
  return known;
}

/** What those upstreams are taken for. */
const atHome = new WeakMap<Upstream, Upstream>();

function noClient(given: unknown): TypeError {
  const what = 'a client of `openai` (5, 6 or 7) or `@anthropic-ai/sdk`';
  const seam = seamFor(given);
  const isClass = seam === '' && typeof given === 'function';
  const hint = isClass ? '; was `new` forgotten?' : seam && `. ${seam}`;
  return new TypeError(`${expected('client', what, given).message}${hint}`);
}
