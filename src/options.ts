import { type Budget, type BudgetOption, budgetFrom } from './budget/budget-option.ts';
import { type Tiers, type TiersOption, tiersFrom } from './callers/tiers.ts';
import { type Clock, clockOption, type GivenClock } from './clock.ts';
import { LIMIT_PATHS, type LimitsOption, type LimitTable, limitTable } from './limit-table.ts';
import { type Enforcement, type LongEnforcement, shortEnforcement } from './model/limits.ts';
import type { PriceTable } from './model/price.ts';
import { expectPrices } from './providers/expect-prices.ts';
import type { Store } from './shared/store.ts';
import { choiceOf, expected, expectKnown, expectNumber, expectObject } from './validate.ts';

/** What a rate limiter can be told. Everything is optional. */
export interface RateLimiterOptions {
  /**
   * The provider's limits, before headroom. Short form for every model, `{ rpm: 500, tpm: 200_000 }`;
   * by model or model prefix, `{ 'gpt-4o': { … }, '*': { … } }`; or in full, `[{ dimension, max,
   * windowMs, model }]`.
   * @default none: what is published, and what responses show
   */
  readonly limits?: LimitsOption | undefined;
  /**
   * The share of every limit that is left unused, from 0 to less than 1; or `'auto'`: as little as
   * goes without refusals, for hosts whose responses show what is left (elsewhere 0.2).
   * @default 0.2
   */
  readonly headroom?: number | 'auto' | undefined;
  /**
   * How the provider enforces its limits. `'token-bucket'` and `'sliding-window'` are other names of
   * `'bucket'` and `'window'`.
   * @default what is known of the provider; for an unknown one the safest, `'slices'`
   */
  readonly enforcement?: Enforcement | Exclude<LongEnforcement, 'fixed-window'> | undefined;
  /**
   * The burst, in seconds of the rate.
   * @default what is known of the provider; with `enforcement` given 60, and 0.25 for `'slices'`
   */
  readonly burstSeconds?: number | undefined;
  /**
   * The most calls of one lane in flight at a time: from the request until the last byte of the
   * response.
   * @default Infinity
   */
  readonly concurrency?: number | undefined;
  /**
   * The longest that calls are held because the provider has refused one. Beyond it they fail at
   * once, with the time of the reset.
   * @default 600_000
   */
  readonly maxPauseMs?: number | undefined;
  /**
   * The most calls of one lane that may wait. One more is rejected at once, with `QueueFull`.
   * @default Infinity
   */
  readonly maxQueue?: number | undefined;
  /**
   * Limits for each caller, by tier: `{ free: { rpm: 10, tpm: 20_000, concurrency: 2, usdPerDay: 0.5
   * } }`; or a function that says them, now or later, and is asked again every half a minute. They
   * hold for a `key` in all lanes together, beside the provider's own limits; callers without a key
   * share those of their tier.
   * @default none
   */
  readonly tiers?: TiersOption | undefined;
  /**
   * The most that calls of wrapped clients may cost, in US dollars: `{ usdPerDay: 5 }`, a day in
   * UTC, or `{ usd: 5, windowMs: 3_600_000 }`, windows counted from the epoch; with `perKey: true`
   * for each `key`. What a call may cost is reserved before it is sent, and settled with the usage
   * of its response. A call that could exceed the budget is rejected at once with `BudgetSpent`; one
   * to a model without a known price with the code `price_unknown`: see `prices`.
   *
   * Without `store` kept in memory: a process that is started again starts with nothing spent.
   * @default none
   */
  readonly budget?: BudgetOption | undefined;
  /**
   * Prices in US dollars for a million tokens, by model or model prefix, where they are other than
   * those known here, or none are: `{ 'my-deployment': { input: 1, output: 4 } }`.
   * @default list prices of OpenAI, Anthropic, Google, xAI, DeepSeek, Mistral and Groq
   */
  readonly prices?: PriceTable | undefined;
  /**
   * What an earlier process has learned about estimates: `JSON.parse` of the text of
   * `limiter.calibration`. What of it can't be used is left out.
   * @default nothing
   */
  readonly calibration?: unknown;
  /**
   * Keeps limits, budgets and pauses for several processes: `redisStore('redis://…')`, of
   * `llm-headroom/redis`. Its owner closes it.
   * @default this process's memory
   */
  readonly store?: Store | undefined;
  /** Where time comes from: for tests and simulations. */
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

export const LIMITER_OPTIONS: readonly (keyof RateLimiterOptions)[] = [
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
];

/**
 * The settings that `options` ask for.
 * @throws TypeError that names the option, what was expected and what was given
 */
export function settingsFrom(options: RateLimiterOptions): Settings {
  expectObject('options', options, 'an object');
  expectKnown(options, LIMITER_OPTIONS, '', LIMIT_PATHS);
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

/** What can be changed while the limiter runs. */
export type ChangeableOptions = Pick<
  RateLimiterOptions,
  'limits' | 'headroom' | 'concurrency' | 'maxPauseMs' | 'maxQueue' | 'tiers' | 'budget' | 'prices'
>;

const CHANGEABLE: Readonly<Record<keyof ChangeableOptions, true>> = {
  limits: true,
  headroom: true,
  concurrency: true,
  maxPauseMs: true,
  maxQueue: true,
  tiers: true,
  budget: true,
  prices: true,
};

/** Options that a limiter keeps for life: what it has counted would mean something else. */
const FIXED: readonly string[] = ['enforcement', 'burstSeconds', 'calibration', 'clock', 'store'];

/**
 * The settings with what `changes` name; one that is named with `undefined` is the default again.
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
  expectKnown(changes, Object.keys(CHANGEABLE), '', LIMIT_PATHS);
  const all = Object.entries(settingsFrom(changes));
  return { ...settings, ...Object.fromEntries(all.filter(([name]) => name in changes)) };
}

const ENFORCEMENTS: readonly Enforcement[] = ['bucket', 'window', 'slices'];

/** @throws TypeError for one that there is none of */
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

function expectStore(store: Store | undefined): void {
  if (store === undefined) return;
  const isStore = typeof store === 'object' && store !== null && typeof store.open === 'function';
  if (!isStore) throw expected('store', 'what `redisStore` returns', store);
}
