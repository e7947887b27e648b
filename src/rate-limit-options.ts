import type { OnLimit } from './callers/run-as.ts';
import type { RateLimiter } from './limiter.ts';
import { givenLimiter } from './limiter-self.ts';
import { didYouMean } from './model/did-you-mean.ts';
import type { RateLimiterOptions } from './options.ts';
import { PRESET_HOSTS, type PresetHost } from './providers/host.ts';
import { isTierOf, tiersOf } from './providers/tier.ts';
import type { CustomEstimator } from './tokens/custom-estimate.ts';
import { expected, optionsOf } from './validate.ts';

/** The caller, and how its calls wait. */
export interface CallerOptions {
  /**
   * The caller, for example the id of your user. Keys that compete for a limit share it fairly, and each
   * has the limits of its tier. `runAs` sets it for single calls.
   */
  readonly key?: string | undefined;
  /**
   * Among calls of one key, a higher priority goes first. Every tenth call is the oldest one, whatever
   * its priority.
   * @default 0
   */
  readonly priority?: number | undefined;
  /**
   * The caller's tier: one of the limiter's `tiers`. If `tiers` has no such name, and `accountTier` isn't
   * given, it is taken as `accountTier`.
   * @default none: the caller has no limits of its own
   */
  readonly tier?: string | number | undefined;
  /**
   * Your account's tier at the provider, as the provider names it: `'build'`, `'tier 1'`, `1`. The
   * published limits of that tier apply until responses show others.
   * @default the lowest plausible one, until the first response
   */
  readonly accountTier?: string | number | undefined;
  /**
   * What happens to a call that can't go at once. `'wait'`: it waits. `'reject'`: it is rejected with
   * `RateLimitExceeded`. `'degrade'`: if only its output is too large to go now, its `max_tokens` is
   * lowered, but not below 256 (see the event `outputLowered`); else it waits.
   * @default 'wait'
   */
  readonly onLimit?: OnLimit | undefined;
  /**
   * The longest wait of a call, in milliseconds. A call is rejected with `RateLimitExceeded` if its
   * expected wait is longer, or when its actual wait becomes longer.
   * @default Infinity
   */
  readonly maxWaitMs?: number | undefined;
}

/** Options of each client. */
interface ClientOptions extends CallerOptions {
  /**
   * Your own estimate of a call's tokens. Fields that it leaves out are estimated as usual, and so is
   * the whole call if the function throws or takes longer than 10 s. `'provider'`: the provider counts
   * the input first (Anthropic's messages, OpenAI's responses); these requests have limits of their own.
   * @default the built-in estimate
   */
  readonly estimate?: CustomEstimator | 'provider' | undefined;
}

/** Options of a client with a limiter of its own. */
export interface OwnLimiterOptions extends RateLimiterOptions, ClientOptions {
  /** Can't be given with a limiter's own options, such as `limits`. */
  readonly limiter?: undefined;
}

/** Options of a client that shares a limiter. */
export interface SharedLimiterOptions extends NoLimiterOptions, ClientOptions {
  /** A limiter to share with other clients. The limiter's own options can't be given with it. */
  readonly limiter?: RateLimiter | undefined;
}

type NoLimiterOptions = { readonly [Name in keyof RateLimiterOptions]?: undefined };

/** Options of `withRateLimit`: for a limiter of the client's own, or with a shared `limiter`. */
export type RateLimitOptions = OwnLimiterOptions | SharedLimiterOptions;

/** The options that a client owns. */
export const CLIENT_OPTIONS: readonly string[] = optionsOf('withRateLimit(client, { _ })', [
  'limiter',
  'key',
  'priority',
  'tier',
  'accountTier',
  'onLimit',
  'maxWaitMs',
  'estimate',
]);

/** The options that make a limiter. */
export function limiterOptions(options: RateLimitOptions): RateLimiterOptions {
  return Object.fromEntries(
    Object.entries(options).filter(([name]) => !CLIENT_OPTIONS.includes(name)),
  );
}

/**
 * The given limiter.
 * @throws TypeError if it isn't a limiter, or if a limiter's options are given with it
 */
export function sharedLimiter(options: RateLimitOptions): RateLimiter | undefined {
  if (options.limiter === undefined) return undefined;
  const limiter = givenLimiter<RateLimiter>(options.limiter);
  const others = Object.entries(limiterOptions(options)).filter(([, value]) => value !== undefined);
  const besides = others.map(([name]) => `\`${name}\``);
  if (besides.length > 0) {
    throw new TypeError(`A given \`limiter\` has its own options: leave out ${besides.join(', ')}`);
  }
  return limiter;
}

/** @throws TypeError if it can't estimate */
export function expectEstimate(estimate: unknown): void {
  const isUsable =
    estimate === undefined || estimate === 'provider' || typeof estimate === 'function';
  if (!isUsable) throw expected('estimate', "a function, or 'provider'", estimate);
}

/** The options that name tiers. */
interface NamedTiers {
  readonly tier: string | number | undefined;
  readonly accountTier: string | number | undefined;
  readonly limiter: RateLimiter;
}

/**
 * @throws TypeError for a tier that the provider doesn't have, and for a misspelled one of the
 * limiter's: with `'Free'` for `'free'`, a caller would have no limits of its own
 */
export function expectTiers(tiers: NamedTiers, host: PresetHost): void {
  const { tier, accountTier, limiter } = tiers;
  if (accountTier !== undefined && !isTierOf(host, accountTier)) {
    const { message } = expected('accountTier', tierChoices([], host), accountTier);
    throw new TypeError(`${message}${didYouMean(accountTier, tiersOf(host))}`);
  }
  if (tier === undefined || (typeof tier === 'string' && limiter.core.hasTier(tier))) return;
  expectNoAccountTier(tiers);
  const own = limiter.core.tierNames;
  const meant = own.find((name) => name.toLowerCase() === String(tier).trim().toLowerCase());
  if (meant === undefined && isTierOf(host, tier)) return;
  const reason = own.length > 0 ? '' : '; there are no `tiers`';
  const hint = didYouMean(String(tier), [...own, ...tiersOf(host)]) || reason;
  throw new TypeError(`${expected('tier', tierChoices(own, host), tier).message}${hint}`);
}

/** @throws TypeError for a tier that neither callers nor any provider has */
export function expectAnyTier(tiers: NamedTiers): void {
  const { tier, accountTier, limiter } = tiers;
  const all = PRESET_HOSTS.flatMap(tiersOf);
  const isAnyHosts = (each: string | number): boolean =>
    PRESET_HOSTS.some((host) => isTierOf(host, each));
  if (accountTier !== undefined && !isAnyHosts(accountTier)) {
    throw new TypeError(
      `${expected('accountTier', 'a tier of a provider', accountTier).message}${didYouMean(accountTier, all)}`,
    );
  }
  if (tier === undefined || (typeof tier === 'string' && limiter.core.hasTier(tier))) return;
  expectNoAccountTier(tiers);
  if (isAnyHosts(tier)) return;
  const own = limiter.core.tierNames.join(', ');
  const named = own && `one of \`tiers\` (${own}), or `;
  const hint = didYouMean(tier, [...limiter.core.tierNames, ...all]);
  throw new TypeError(`${expected('tier', `${named}a tier of a provider`, tier).message}${hint}`);
}

/** @throws TypeError if the account's tier is already given: then `tier` can only be the caller's */
function expectNoAccountTier({ tier, accountTier, limiter }: NamedTiers): void {
  if (accountTier === undefined) return;
  const named = limiter.core.tierNames.map((name) => `'${name}'`).join(', ');
  const what = named === '' ? 'unset, as there are no `tiers`' : `one of \`tiers\`: ${named}`;
  throw expected('tier', what, tier);
}

function tierChoices(own: readonly string[], host: PresetHost): string {
  const named = `\`tiers\` (${own.join(', ')})`;
  const theirs = tiersOf(host).join(', ');
  if (theirs === '') {
    return own.length === 0 ? 'unset: no tiers of this host are known' : `one of ${named}`;
  }
  return own.length === 0
    ? `one of ${theirs}`
    : `one of ${named}, or a tier of the provider: ${theirs}`;
}
