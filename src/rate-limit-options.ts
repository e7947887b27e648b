import type { OnLimit } from './callers/run-as.ts';
import type { RateLimiter } from './limiter.ts';
import { limiterOf } from './limiter-self.ts';
import type { RateLimiterOptions } from './options.ts';
import { PRESET_HOSTS, type PresetHost } from './providers/host.ts';
import { isTierOf, tiersOf } from './providers/tier.ts';
import type { CustomEstimator } from './tokens/custom-estimate.ts';
import { expected } from './validate.ts';

/** Who calls, and how its calls wait. */
export interface CallerOptions {
  /**
   * Who calls: a contended limit is shared fairly between keys, and each has the limits of its tier.
   * `runAs` says it for single calls.
   */
  readonly key?: string | undefined;
  /** Among calls of the same key, higher goes first; each tenth is the oldest. @default 0 */
  readonly priority?: number | undefined;
  /**
   * The caller's tier: one of the limiter's `tiers`. Where it is none of them, and `accountTier` isn't
   * given, it means that.
   * @default none: the caller has no limits of its own
   */
  readonly tier?: string | number | undefined;
  /**
   * Your account's tier at the provider, as that calls it: `'build'`, `'tier 1'`, `1`. The published
   * limits of that tier are kept until responses show others.
   * @default the lowest plausible one, until the first response
   */
  readonly accountTier?: string | number | undefined;
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
}

/** How each client is limited, whoever made its limiter. */
interface ClientOptions extends CallerOptions {
  /**
   * Your own estimate of a call's tokens: what it leaves out, answers nonsense for, or takes more
   * than 10 s for, is estimated as ever. `'provider'`: where the provider has an endpoint that counts
   * (Anthropic's messages, OpenAI's responses), it is asked first, within limits of its own, and its
   * answers are kept.
   * @default ours
   */
  readonly estimate?: CustomEstimator | 'provider' | undefined;
}

/** A client with a limiter that is made from the options. */
export interface OwnLimiterOptions extends RateLimiterOptions, ClientOptions {
  readonly limiter?: undefined;
}

/** A client with a limiter that is given: it has its own options. */
export interface SharedLimiterOptions extends NoLimiterOptions, ClientOptions {
  /** A limiter to share with other clients; the options that make one can't be given with it. */
  readonly limiter?: RateLimiter | undefined;
}

type NoLimiterOptions = { readonly [Name in keyof RateLimiterOptions]?: undefined };

/** How a client is limited: by a limiter that is made from the options, or by a given one. */
export type RateLimitOptions = OwnLimiterOptions | SharedLimiterOptions;

/** Those that each client has of its own. */
export const CLIENT_OPTIONS: readonly string[] = [
  'limiter',
  'key',
  'priority',
  'tier',
  'accountTier',
  'onLimit',
  'maxWaitMs',
  'estimate',
];

/** The options that make a limiter. */
export function limiterOptions(options: RateLimitOptions): RateLimiterOptions {
  return Object.fromEntries(
    Object.entries(options).filter(([name]) => !CLIENT_OPTIONS.includes(name)),
  );
}

/**
 * The given limiter.
 * @throws TypeError for one that is none, or that options of another are given with
 */
export function sharedLimiter(options: RateLimitOptions): RateLimiter | undefined {
  if (options.limiter === undefined) return undefined;
  const limiter = limiterOf<RateLimiter>(options.limiter);
  const others = Object.entries(limiterOptions(options)).filter(([, value]) => value !== undefined);
  const besides = others.map(([name]) => `\`${name}\``);
  if (besides.length > 0) {
    throw new TypeError(`A given \`limiter\` has its own options: leave out ${besides.join(', ')}`);
  }
  return limiter;
}

/** @throws TypeError for what can't estimate */
export function expectEstimate(estimate: unknown): void {
  const isUsable =
    estimate === undefined || estimate === 'provider' || typeof estimate === 'function';
  if (!isUsable) throw expected('estimate', "a function, or 'provider'", estimate);
}

/** The options that name tiers. */
interface Tiers {
  readonly tier: string | number | undefined;
  readonly accountTier: string | number | undefined;
  readonly limiter: RateLimiter;
}

/**
 * @throws TypeError for a tier that the provider doesn't have, or that one of the limiter's was meant
 * by: with `'Free'` for `'free'`, a caller would have no limits of its own
 */
export function expectTiers(tiers: Tiers, host: PresetHost): void {
  const { tier, accountTier, limiter } = tiers;
  if (accountTier !== undefined && !isTierOf(host, accountTier)) {
    throw expected('accountTier', tierChoices([], host), accountTier);
  }
  if (tier === undefined || (typeof tier === 'string' && limiter.hasTier(tier))) return;
  expectNoAccountTier(tiers);
  const own = limiter.tierNames;
  const meant = own.find((name) => name.toLowerCase() === String(tier).trim().toLowerCase());
  if (meant === undefined && isTierOf(host, tier)) return;
  const hint = meant === undefined ? '' : `; was '${meant}' meant?`;
  throw new TypeError(`${expected('tier', tierChoices(own, host), tier).message}${hint}`);
}

/** @throws TypeError for a tier that neither callers nor any provider has */
export function expectAnyTier(tiers: Tiers): void {
  const { tier, accountTier, limiter } = tiers;
  const isAnyHosts = (each: string | number): boolean =>
    PRESET_HOSTS.some((host) => isTierOf(host, each));
  if (accountTier !== undefined && !isAnyHosts(accountTier)) {
    throw expected('accountTier', "one of a provider's", accountTier);
  }
  if (tier === undefined || (typeof tier === 'string' && limiter.hasTier(tier))) return;
  expectNoAccountTier(tiers);
  if (isAnyHosts(tier)) return;
  const named = `\`tiers\` (${limiter.tierNames.join(', ')})`;
  throw expected('tier', `one of ${named}, or of a provider's`, tier);
}

/** @throws TypeError where the account has a tier already: then `tier` can only be the caller's */
function expectNoAccountTier({ tier, accountTier, limiter }: Tiers): void {
  if (accountTier === undefined) return;
  const named = limiter.tierNames.map((name) => `'${name}'`).join(', ');
  const what = named === '' ? 'unset, as there are no `tiers`' : `one of \`tiers\`: ${named}`;
  throw expected('tier', what, tier);
}

function tierChoices(own: readonly string[], host: PresetHost): string {
  const named = `\`tiers\` (${own.join(', ')})`;
  const theirs = tiersOf(host).join(', ');
  if (theirs === '') {
    return own.length === 0 ? 'unset: no tiers of this host are known' : `one of ${named}`;
  }
  return own.length === 0 ? `one of ${theirs}` : `one of ${named}, or of the provider's: ${theirs}`;
}
