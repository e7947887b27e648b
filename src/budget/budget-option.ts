import { DAY_MS } from '../model/limits.ts';
import { expected, expectKnown, expectNumber, expectObject } from '../validate.ts';

interface Shared {
  /**
   * Each `key` has this budget; calls without a key share one more.
   * @default false: all calls share one budget
   */
  readonly perKey?: boolean | undefined;
}

/** A budget for each day: it is reset at midnight UTC. */
export interface DailyBudget extends Shared {
  /** US dollars per day in UTC. */
  readonly usdPerDay: number;
  /** Not with `usdPerDay`. */
  readonly usd?: undefined;
  /** Not with `usdPerDay`. */
  readonly windowMs?: undefined;
}

/**
 * A budget for each window. Windows are counted from the epoch: with 3,600,000, each is an hour by
 * the clock.
 */
export interface WindowBudget extends Shared {
  /** US dollars per window. */
  readonly usd: number;
  /** The length of a window, in milliseconds. */
  readonly windowMs: number;
  /** Not with `usd` and `windowMs`. */
  readonly usdPerDay?: undefined;
}

/** How many US dollars may be spent in a day, or in another window. */
export type BudgetOption = DailyBudget | WindowBudget;

/** A budget, complete and checked. */
export interface Budget {
  readonly limitUsd: number;
  readonly windowMs: number;
  readonly perKey: boolean;
}

/** The last instant that a `Date` can name: a reset must not be later (ECMA-262, time range). */
const LATEST_DATE = 8.64e15;
const WINDOW = 'a whole number of milliseconds from 1 to 8.64e15';
const FORM = '{ usdPerDay, perKey } or { usd, windowMs, perKey }';
const KNOWN: readonly string[] = ['usdPerDay', 'usd', 'windowMs', 'perKey'];

/**
 * The budget that the option `budget` asks for.
 * @throws TypeError that names the option, what was expected and what was given
 */
export function budgetFrom(option: BudgetOption): Budget {
  expectObject('budget', option, FORM);
  expectKnown(option, KNOWN, 'budget');
  const { perKey = false } = option;
  if (typeof perKey !== 'boolean') throw expected('budget.perKey', 'a boolean', perKey);
  return { ...limitIn(option), perKey };
}

function limitIn(option: BudgetOption): Pick<Budget, 'limitUsd' | 'windowMs'> {
  const { usdPerDay, usd, windowMs } = option;
  if (usdPerDay === undefined) {
    if (usd === undefined) throw expected('budget', FORM, option);
    expectDollars('budget.usd', usd);
    expectNumber('budget.windowMs', windowMs, WINDOW, isWindow);
    return { limitUsd: usd, windowMs };
  }
  if (usd !== undefined || windowMs !== undefined) throw expected('budget', FORM, option);
  expectDollars('budget.usdPerDay', usdPerDay);
  return { limitUsd: usdPerDay, windowMs: DAY_MS };
}

function expectDollars(option: string, value: unknown): void {
  expectNumber(option, value, 'a positive number of US dollars', (n) => n > 0 && n < Infinity);
}

function isWindow(n: number): boolean {
  return n >= 1 && n <= LATEST_DATE && Number.isInteger(n);
}

/** When the window ends in which `now` lies. Both in milliseconds since the epoch. */
export function resetAfter(now: number, { windowMs }: Pick<Budget, 'windowMs'>): number {
  return (Math.floor(now / windowMs) + 1) * windowMs;
}
