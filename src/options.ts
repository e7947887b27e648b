import { type Budget, type BudgetOption, budgetFrom } from './budget/budget-option.ts';
import { type Tiers, type TiersOption, tiersFrom } from './callers/tiers.ts';
import { type Clock, clockOption, type GivenClock } from './clock.ts';
import { type LimitsOption, type LimitTable, limitTable } from './limit-table.ts';
import { type Enforcement, type LongEnforcement, shortEnforcement } from './model/limits.ts';
import type { PriceTable } from './model/price.ts';
import { expectPrices } from './providers/expect-prices.ts';
import type { Store } from './shared/store.ts';
import {
  choiceOf,
  expected,
  expectKnown,
  expectNumber,
  expectObject,
  optionsOf,
} from './validate.ts';

/** Options of `createRateLimiter`. All are optional. */
export interface RateLimiterOptions {
  /**
   * The provider's limits, before headroom. In the short form, for every model:
   * `{ rpm: 500, tpm: 200_000 }`; by model or prefix: `{ 'gpt-4o': { … }, '*': { … } }`; or in the full
   * form: `[{ dimension, max, windowMs, model }]`.
   * @default none: published limits, and limits learned from responses
   */
  readonly limits?: LimitsOption | undefined;
  /**
   * The share of each limit that is kept unused, from 0 to less than 1. `'auto'` keeps the smallest
   * share that causes no 429s, at hosts whose headers show what is left (at others 0.2).
   * @default 0.2
   */
  readonly headroom?: number | 'auto' | undefined;
  /**
   * How the provider enforces its limits. `'token-bucket'` and `'sliding-window'` are older names of
   * `'bucket'` and `'window'`.
   * @default the host's own, where it is known; else the strictest, `'slices'`
   */
  readonly enforcement?: Enforcement | Exclude<LongEnforcement, 'fixed-window'> | undefined;
  /**
   * The size of a burst, in seconds' worth of calls. With `'slices'`, no more than a second's share goes
   * within a second all the same.
   * @default the host's own, where it is known; if you set `enforcement`, 60, or 0.25 for `'slices'`
   */
  readonly burstSeconds?: number | undefined;
  /**
   * The most calls in flight in one lane. A call is in flight from the request until the last byte of
   * its response.
   * @default Infinity
   */
  readonly concurrency?: number | undefined;
  /**
   * The longest time that calls are held by refusals of the provider or by `pause()`, in milliseconds.
   * After that, or at once if a pause lasts longer, they are rejected with `RateLimitExceeded`.
   * @default 600_000 (10 minutes)
   */
  readonly maxPauseMs?: number | undefined;
  /**
   * The most calls that may wait in one lane. Any further call is rejected with `QueueFull`.
   * @default Infinity
   */
  readonly maxQueue?: number | undefined;
  /**
   * Limits for each caller, by tier: `{ free: { rpm: 10, tpm: 20_000, usdPerDay: 0.5 } }`; or a function
   * that returns them, sync or async, and is called again after half a minute. They apply to a `key`
   * in all lanes together, in addition to the provider's limits. Callers without a key share the limits of
   * their tier.
   * @default none
   */
  readonly tiers?: TiersOption | undefined;
  /**
   * The most that calls of wrapped clients and `limiter.fetch` may cost, in US dollars:
   * `{ usdPerDay: 5 }` for each day in UTC, or `{ usd: 5, windowMs: 3_600_000 }` for each window, counted
   * from the epoch. With `perKey: true`, each `key` has this budget. A call that could exceed it is rejected with
   * `BudgetSpent` before it is sent; a call to a model without a price is rejected with the code
   * `price_unknown` (see `prices`).
   *
   * Without `store`, budgets are kept in memory: a restarted process begins with a full budget.
   * @default none
   */
  readonly budget?: BudgetOption | undefined;
  /**
   * Your own prices in US dollars per million tokens, by model or prefix:
   * `{ 'my-deployment': { input: 1, output: 4 } }`. They override the list prices.
   * @default list prices of OpenAI, Anthropic, Google, xAI, DeepSeek, Mistral and Groq
   */
  readonly prices?: PriceTable | undefined;
  /**
   * Corrections to estimates that an earlier process has learned: the parsed JSON of its
   * `limiter.calibration`. Unusable parts are ignored.
   * @default none
   */
  readonly calibration?: unknown;
  /**
   * Shares limits, budgets and pauses between processes: `redisStore('redis://…')` from
   * `llm-headroom/redis`. You close it yourself.
   * @default the memory of this process
   */
  readonly store?: Store | undefined;
  /** The source of time, for tests. @default the system's clock */
  readonly clock?: GivenClock | undefined;
}

/** The options of a limiter, complete and checked. */
export interface Settings {
  readonly limits: LimitTable;
  readonly headroom: number | 'auto';
  readonly enforcement: Enforcement | undefined;
  readonly burstSeconds: number | undefined;
  readonly concurrency: number;
  readonly maxPauseMs: number;
  readonly maxQueue: number;
  readonly tiers: Tiers;
  readonly budget: Budget | undefined;
  readonly prices: PriceTable;
  readonly store: Store | undefined;
  readonly clock: Clock;
}

/** As long as both SDKs wait for a response by default. */
const LONGEST_PAUSE_MS = 600_000;

export const LIMITER_OPTIONS: readonly (keyof RateLimiterOptions)[] = optionsOf(
  'createRateLimiter({ _ })',
  [
    'limits',
    'headroom',
    'enforcement',
    'burstSeconds',
    'concurrency',
    'maxPauseMs',
    'maxQueue',
    'tiers',
    'budget',
    'prices',
    'calibration',
    'store',
    'clock',
  ],
);

/**
 * The settings that `options` ask for.
 * @throws TypeError that names the option, what was expected and what was given
 */
export function settingsFrom(options: RateLimiterOptions): Settings {
  expectObject('options', options, 'an object');
  expectKnown(options, LIMITER_OPTIONS);
  const { headroom = 0.2, concurrency = Number.POSITIVE_INFINITY } = options;
  const { burstSeconds, maxPauseMs = LONGEST_PAUSE_MS } = options;
  const enforcement = enforcementOf(options.enforcement);
  expectHeadroom(headroom);
  expectConcurrency('concurrency', concurrency);
  expectNumber('maxPauseMs', maxPauseMs, 'a number of milliseconds, 0 or more', (n) => n >= 0);
  const { maxQueue = Number.POSITIVE_INFINITY } = options;
  expectNumber('maxQueue', maxQueue, 'a whole number from 0, or Infinity', isWholeFrom(0));
  if (burstSeconds !== undefined) {
    expectNumber('burstSeconds', burstSeconds, 'a positive number', (n) => n > 0);
  }
  const clock = clockOption(options.clock);
  expectStore(options.store);
  const { prices = {} } = options;
  expectPrices('prices', prices);
  return {
    limits: limitTable(options.limits),
    headroom,
    enforcement,
    burstSeconds,
    concurrency,
    maxPauseMs,
    maxQueue,
    tiers: tiersFrom(options.tiers),
    budget: options.budget === undefined ? undefined : budgetFrom(options.budget),
    prices,
    store: options.store,
    clock,
  };
}

/** The options that `limiter.configure` can change. */
export type ChangeableOptions = Pick<
  RateLimiterOptions,
  'limits' | 'headroom' | 'concurrency' | 'maxPauseMs' | 'maxQueue' | 'tiers' | 'budget' | 'prices'
>;

/** Options that a limiter keeps for life: what it has counted would mean something else. */
const FIXED: readonly string[] = [
  'enforcement',
  'burstSeconds',
  'calibration',
  'clock',
  'store',
] satisfies readonly Exclude<keyof RateLimiterOptions, keyof ChangeableOptions>[];

/**
 * The settings with these `changes`. An option that is given as `undefined` returns to its default.
 * @throws TypeError like `settingsFrom`, and for options that can't be changed
 */
export function changed(settings: Settings, changes: ChangeableOptions): Settings {
  expectObject('options', changes, 'an object');
  const fixed = Object.keys(changes).find((name) => FIXED.includes(name));
  if (fixed !== undefined) {
    throw new TypeError(
      `Option \`${fixed}\` can't be changed while a limiter is in use: make a new limiter`,
    );
  }
  const changeable = LIMITER_OPTIONS.filter((name) => !FIXED.includes(name));
  expectKnown(changes, changeable);
  const all = Object.entries(settingsFrom(changes));
  return { ...settings, ...Object.fromEntries(all.filter(([name]) => name in changes)) };
}

const ENFORCEMENTS: readonly Enforcement[] = ['bucket', 'window', 'slices'];

/** @throws TypeError for an unknown one */
function enforcementOf(given: unknown): Enforcement | undefined {
  if (given === undefined) return undefined;
  return choiceOf('enforcement', given, ENFORCEMENTS, shortEnforcement(given));
}

function expectHeadroom(headroom: unknown): void {
  if (headroom === 'auto') return;
  const what = "a number from 0 to less than 1, or 'auto'";
  expectNumber('headroom', headroom, what, (n) => n >= 0 && n < 1);
}

function expectConcurrency(name: string, value: unknown): void {
  expectNumber(name, value, 'a whole number from 1, or Infinity', isWholeFrom(1));
}

function isWholeFrom(least: number): (n: number) => boolean {
  return (n) => n >= least && (n === Number.POSITIVE_INFINITY || Number.isInteger(n));
}

const STORES = "what `redisStore(url)` of 'llm-headroom/redis' returns, or `postgresStore(url)`";

function expectStore(store: Store | undefined): void {
  if (store === undefined) return;
  const isStore = typeof store === 'object' && store !== null && typeof store.open === 'function';
  if (!isStore) throw expected('store', STORES, store);
}
