import { defined, expectContext, type OnLimit } from './callers/run-as.ts';
import { createRateLimiter, type RateLimiter } from './limiter.ts';
import { limiterOf } from './limiter-self.ts';
import { field, isObject } from './model/json.ts';
import { LIMITER_OPTIONS, type RateLimiterOptions } from './options.ts';
import type { PresetHost } from './providers/known-providers.ts';
import { isTierOf, tiersOf } from './providers/tier.ts';
import { anthropicAdapter } from './sdk/anthropic.ts';
import { CallPipeline, type CallPipelineOptions } from './sdk/call-pipeline.ts';
import type { ClientAdapter } from './sdk/client.ts';
import { withTimeLimit } from './sdk/estimator-time-limit.ts';
import { foreignWrapperError, isForeignWrapper, throughPrivate } from './sdk/foreign-wrapper.ts';
import { openaiAdapter } from './sdk/openai.ts';
import type { CustomEstimator } from './tokens/custom-estimate.ts';
import { noteUnshared } from './unshared.ts';
import type { Upstream } from './upstream.ts';
import { expected, expectKnown, expectObject } from './validate.ts';

/** How a client is limited: by a limiter that is made from the options, or by a given one. */
export interface RateLimitOptions extends RateLimiterOptions {
  /** A limiter to share with other clients; the options that make one can't be given with it. */
  readonly limiter?: RateLimiter | undefined;
  /**
   * Who calls: a contended limit is shared fairly between keys, and each has the limits of its tier.
   * `runAs` says it for single calls.
   */
  readonly key?: string | undefined;
  /** Among calls of the same key, higher goes first; each tenth is the oldest. @default 0 */
  readonly priority?: number | undefined;
  /**
   * The caller's tier, where it is one of the limiter's `tiers`. Else the account's tier at the
   * provider, as it calls it: `'build'`, `'tier 1'`, `1`: with it, the published limits of that tier
   * are kept until responses show others.
   * @default the lowest plausible one, until the first response
   */
  readonly tier?: string | number | undefined;
  /**
   * What to do with a call that can't go at once: let it `'wait'`; `'reject'` it with
   * `RateLimitExceeded`; or `'degrade'` it: where only its output is too much, it goes with as many
   * output tokens as there is room for, but no fewer than 256 (an event says so), else it waits.
   * @default 'wait'
   */
  readonly onLimit?: OnLimit | undefined;
  /**
   * The longest that a call may wait: one that is expected to wait longer is rejected at once, with
   * `RateLimitExceeded`, and one that does, when it has.
   * @default Infinity
   */
  readonly maxWaitMs?: number | undefined;
  /**
   * Your own estimate of a call's tokens: what it leaves out, answers nonsense for, or takes more
   * than 10 s for, is estimated as ever. `'provider'`: where the provider has an endpoint that counts
   * (Anthropic's messages, OpenAI's responses), it is asked first, within limits of its own, and its
   * answers are kept.
   * @default ours
   */
  readonly estimate?: CustomEstimator | 'provider' | undefined;
}

/** A client of the same class, with its limiter. */
export type RateLimited<C> = C & { readonly rateLimit: RateLimiter };

const ADAPTERS: readonly ClientAdapter[] = [openaiAdapter, anthropicAdapter];

/**
 * Returns the same client, except that its calls wait until the provider's limits have room for
 * them. The client passed in stays as it is. A client that is limited already gets a limiter
 * instead of the one that it had.
 *
 * @example
 * const openai = withRateLimit(new OpenAI(), { limits: { rpm: 500, tpm: 200_000 } });
 * openai.rateLimit.on('throttled', ({ model, waitMs }) => console.log(model, waitMs));
 *
 * @throws TypeError for what is no client of `openai` 5, 6, 7 or `@anthropic-ai/sdk`, and for
 * options that can't be used
 */
export function withRateLimit<C extends object>(
  client: C,
  options: RateLimitOptions = {},
): RateLimited<C> {
  const adapter = adapterOf(client);
  expectObject('options', options, 'an object');
  expectKnown(options, [...LIMITER_OPTIONS, ...CLIENT_OPTIONS]);
  const { key, priority, onLimit, maxWaitMs, tier, estimate } = options;
  expectContext({ key, priority, onLimit, maxWaitMs });
  expectEstimate(estimate);
  const limiter = shared(options) ?? unshared(client, adapter, options);
  expectTier(tier, limiter, adapter.upstream(client).presetHost ?? adapter.home);
  // `accepts` has found this to be a client, and a clone of it is of its class.
  return wrapped(client, adapter, {
    limiter,
    caller: defined({ key, priority, onLimit, maxWaitMs }),
    tier,
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
  const limiter = createRateLimiter(own(options));
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
  const limited = throughPrivate(() =>
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
  { tier, limiter }: CallPipelineOptions,
): Upstream {
  const upstream = adapter.upstream(client);
  const isCallers = typeof tier === 'string' && limiter.hasTier(tier);
  const home = tier === undefined || isCallers ? undefined : adapter.home;
  const { presetHost = home } = upstream;
  return { ...upstream, presetHost };
}

const CLIENT_OPTIONS: readonly string[] = [
  'limiter',
  'key',
  'priority',
  'tier',
  'onLimit',
  'maxWaitMs',
  'estimate',
];

/** The options that make a limiter. */
function own(options: RateLimitOptions): RateLimiterOptions {
  return Object.fromEntries(
    Object.entries(options).filter(([name]) => !CLIENT_OPTIONS.includes(name)),
  );
}

/**
 * The given limiter.
 * @throws TypeError for one that is none, or that options of another are given with
 */
function shared(options: RateLimitOptions): RateLimiter | undefined {
  if (options.limiter === undefined) return undefined;
  const limiter = limiterOf<RateLimiter>(options.limiter);
  const besides = Object.keys(own(options)).map((name) => `\`${name}\``);
  if (besides.length > 0) {
    throw new TypeError(`A given \`limiter\` has its own options: leave out ${besides.join(', ')}`);
  }
  return limiter;
}

/** @throws TypeError for what can't estimate */
function expectEstimate(estimate: unknown): void {
  const isUsable =
    estimate === undefined || estimate === 'provider' || typeof estimate === 'function';
  if (!isUsable) throw expected('estimate', "a function, or 'provider'", estimate);
}

/**
 * @throws TypeError for a tier that the provider doesn't have, or that one of `own` was meant by:
 * with `'Free'` for `'free'`, a caller would have no limits of its own
 */
function expectTier(
  tier: string | number | undefined,
  limiter: RateLimiter,
  host: PresetHost,
): void {
  if (tier === undefined || (typeof tier === 'string' && limiter.hasTier(tier))) return;
  const own = limiter.tierNames;
  const meant = own.find((name) => name.toLowerCase() === String(tier).trim().toLowerCase());
  if (meant === undefined && isTierOf(host, tier)) return;
  const hint = meant === undefined ? '' : `; was '${meant}' meant?`;
  throw new TypeError(`${expected('tier', tierChoices(own, host), tier).message}${hint}`);
}

function tierChoices(own: readonly string[], host: PresetHost): string {
  const named = `\`tiers\` (${own.join(', ')})`;
  const theirs = tiersOf(host).join(', ');
  if (theirs === '') {
    return own.length === 0 ? 'unset: no tiers of this host are known' : `one of ${named}`;
  }
  return own.length === 0 ? `one of ${theirs}` : `one of ${named}, or of the provider's: ${theirs}`;
}

function noClient(given: unknown): TypeError {
  const what = 'a client of `openai` (5, 6 or 7) or `@anthropic-ai/sdk`';
  const hint = typeof given === 'function' ? '; was `new` forgotten?' : '';
  return new TypeError(`${expected('client', what, given).message}${hint}`);
}
