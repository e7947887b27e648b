import { awsAdapter } from './aws/aws-client.ts';
import { defined, expectContext } from './callers/run-as.ts';
import { createRateLimiter, type RateLimiter } from './limiter.ts';
import { field, isObject } from './model/json.ts';
import { LIMITER_OPTIONS } from './options.ts';
import { hostnameOf, hostOf } from './providers/base-url.ts';
import { hostOfPreset } from './providers/host.ts';
import {
  CLIENT_OPTIONS,
  expectEstimate,
  expectTiers,
  limiterOptions,
  type RateLimitOptions,
  sharedLimiter,
} from './rate-limit-options.ts';
import { anthropicAdapter } from './sdk/anthropic.ts';
import type { CallPipelineOptions } from './sdk/call-pipeline.ts';
import type { ClientAdapter } from './sdk/client.ts';
import { ClientPipeline } from './sdk/client-pipeline.ts';
import { withTimeLimit } from './sdk/estimator-time-limit.ts';
import { foreignWrapperError, isForeignWrapper, throughPrivate } from './sdk/foreign-wrapper.ts';
import { openaiAdapter } from './sdk/openai.ts';
import { seamFor } from './sdk/seams.ts';
import { noteUnshared } from './unshared.ts';
import { expected, expectKnown, expectObject } from './validate.ts';

/** Properties of the clients that can be wrapped, so that TypeScript rejects other objects. */
export type LimitableClient =
  | {
      /** The base URL of the API, as the SDK has it. */
      readonly baseURL: string;
    }
  | {
      /** The settings of a client of AWS's SDK: `BedrockRuntimeClient`. */
      readonly config: {
        /** The service that the client calls. */
        readonly serviceId: string;
      };
      /** The middleware of a client of AWS's SDK: here, a call waits before it is signed. */
      readonly middlewareStack: object;
    };

/** A client of the same class, with its limiter. */
export type RateLimited<C> = C & {
  /** The limiter that admits the calls: for its events, `snapshot()`, `close()` and so on. */
  readonly rateLimit: RateLimiter;
};

const ADAPTERS: readonly ClientAdapter[] = [openaiAdapter, anthropicAdapter, awsAdapter];

/**
 * Returns the same client, except that its calls wait until the provider's limits have room for them.
 *
 * `client` is a client of OpenAI's or Anthropic's SDK, of an SDK with the same core, such as Groq's,
 * Together's and Cerebras's, or AWS's `BedrockRuntimeClient`. It is not changed, and stays unlimited.
 * If it is limited already, the new limiter replaces the old one in the client that is returned.
 *
 * @example
 * const openai = withRateLimit(new OpenAI(), { limits: { rpm: 500, tpm: 200_000 } });
 * openai.rateLimit.on('throttled', ({ model, waitMs }) => console.log(model, waitMs));
 *
 * @throws TypeError for any other object (the message names another way to limit it, if there is one),
 * and for invalid options
 */
export function withRateLimit<C extends LimitableClient>(
  client: C,
  options: RateLimitOptions = {},
): RateLimited<C> {
  const adapter = adapterOf(client);
  expectObject('options', options, 'an object');
  expectKnown(options, [...LIMITER_OPTIONS, ...CLIENT_OPTIONS]);
  const { key, priority, onLimit, maxWaitMs, tier, accountTier, estimate } = options;
  expectContext({ key, priority, onLimit, maxWaitMs });
  expectEstimate(estimate);
  const limiter = sharedLimiter(options) ?? unshared(client, adapter, options);
  const { baseURL, sdk } = adapter.destination(client);
  const host = hostOfPreset(hostnameOf(baseURL), sdk) ?? adapter.home;
  expectTiers({ tier, accountTier, limiter }, host);
  // `accepts` has found this to be a client, and a clone of it is of its class.
  return wrapped(client, adapter, limiter, {
    limiter: limiter.core,
    caller: defined({ key, priority, onLimit, maxWaitMs }),
    tier,
    accountTier,
    estimate: typeof estimate === 'function' ? withTimeLimit(estimate, limiter.clock) : undefined,
    count: estimate === 'provider' ? adapter.counter?.(client, limiter.core) : undefined,
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
  if (options.store === undefined) {
    noteUnshared(hostOf(adapter.destination(client).baseURL), credentialOf(client));
  }
  return limiter;
}

function credentialOf(client: object): string {
  const credentials = [field(client, 'apiKey'), field(client, 'authToken')];
  return credentials.filter((each) => typeof each === 'string').join(' ');
}

function wrapped(
  client: object,
  adapter: ClientAdapter,
  limiter: RateLimiter,
  options: CallPipelineOptions,
): object {
  const pipeline = new ClientPipeline(
    options,
    () => adapter.destination(limited),
    adapter.loadCalls,
  );
  const limited: object = throughPrivate(() =>
    adapter.wrap(client, pipeline, (next) => wrapped(next, adapter, limiter, options)),
  );
  // Configurable: a Proxy may hand out something else for it only then.
  const property = { value: limiter, configurable: true };
  return Object.defineProperty(limited, 'rateLimit', property);
}

function noClient(given: unknown): TypeError {
  const what =
    'a client of `openai` (5, 6 or 7) or `@anthropic-ai/sdk`, or a `BedrockRuntimeClient`';
  const seam = seamFor(given);
  return new TypeError(`${expected('client', what, given).message}${hintFor(given, seam)}`);
}

function hintFor(given: unknown, seam: string): string {
  if (seam !== '') return `. ${seam}`;
  if (typeof given !== 'function') return '';
  return given.name === 'fetch'
    ? '. For a `fetch`, use `rateLimitedFetch({ fetch })`'
    : '; was `new` forgotten?';
}
