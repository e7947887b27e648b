import { foundAcrossCopies } from '../across-copies.ts';
import { type AsyncStorage, asyncStorage } from '../async-storage.ts';
import {
  expectFunction,
  expectKnown,
  expectNumber,
  expectObject,
  expectOneOf,
  expectText,
  optionsOf,
} from '../validate.ts';

/** What happens to a call that can't go at once. */
export type OnLimit = 'wait' | 'reject' | 'degrade';

/** The caller of some calls, and how they wait. The client's options apply where one is left out. */
export interface CallerContext {
  /** The caller, for example the id of your user. */
  readonly key?: string | undefined;
  /** The caller's tier: one of `tiers`. */
  readonly tier?: string | undefined;
  /** Among calls of one key, a higher priority goes first. */
  readonly priority?: number | undefined;
  /** What happens to a call that can't go at once. */
  readonly onLimit?: OnLimit | undefined;
  /** The longest wait of a call, in milliseconds. */
  readonly maxWaitMs?: number | undefined;
}

export const CONTEXT_OPTIONS: readonly (keyof CallerContext)[] = optionsOf(
  'withRateLimit(client, { limiter, _ })` or `runAs({ _ }, …)',
  ['key', 'tier', 'priority', 'onLimit', 'maxWaitMs'],
);

const ON_LIMIT: readonly OnLimit[] = ['wait', 'reject', 'degrade'];

/** Nothing is said of the caller. */
const NOBODY: CallerContext = {};

let storage: AsyncStorage<CallerContext> | undefined;

/** One for all copies of this library: a client of one may be called within `runAs` of another. */
function storageOf(): AsyncStorage<CallerContext> | undefined {
  storage ??= asyncStorage('callers');
  return storage;
}

/**
 * Runs `callback`. All calls that it makes through wrapped clients, now or later, belong to the caller:
 *
 * ```ts
 * const answer = await runAs({ key: user.id, tier: user.plan }, () =>
 *   openai.chat.completions.create({ model, messages }),
 * );
 * ```
 *
 * Inside another `runAs`, fields that are left out are taken from the outer one.
 *
 * @throws TypeError for invalid options, and if the runtime has no `AsyncLocalStorage`: there, give each
 * caller a client of its own, `withRateLimit(client, { limiter, key })`, which costs only an object
 */
export function runAs<R>(caller: CallerContext, callback: () => R): R {
  expectContext(caller);
  expectFunction('callback', callback);
  const known = storageOf();
  if (known === undefined) {
    throw new TypeError(
      '`runAs` needs `AsyncLocalStorage`, which this runtime lacks: use `withRateLimit(client, { limiter, key })` for each caller instead',
    );
  }
  return known.run({ ...known.getStore(), ...defined(caller) }, callback);
}

/** Without what is undefined, so that it replaces nothing. */
export function defined(context: CallerContext): CallerContext {
  return Object.fromEntries(Object.entries(context).filter(([, value]) => value !== undefined));
}

/** Who makes the present call, as far as `runAs` says. */
export function presentCaller(): CallerContext {
  storage ??= foundAcrossCopies<AsyncStorage<CallerContext>>('callers');
  return storage?.getStore() ?? NOBODY;
}

/** @throws TypeError for what describes no caller */
export function expectContext(context: CallerContext): void {
  expectObject('caller', context, '{ key, tier, priority, onLimit, maxWaitMs }');
  expectKnown(context, CONTEXT_OPTIONS);
  const { key, tier, priority, onLimit, maxWaitMs } = context;
  if (key !== undefined) expectText('key', key);
  if (tier !== undefined) expectText('tier', tier);
  if (priority !== undefined) expectNumber('priority', priority, 'a number', () => true);
  if (onLimit !== undefined) expectOneOf('onLimit', onLimit, ON_LIMIT);
  if (maxWaitMs !== undefined) {
    expectNumber('maxWaitMs', maxWaitMs, 'a number of milliseconds, 0 or more', (n) => n >= 0);
  }
}
