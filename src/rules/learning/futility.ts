import { MINUTE_MS } from '../../model/limits.ts';
import type { Carelessness, CountedCalls } from './trial.ts';

/**
 * Below this share of what had passed in a minute, much less passes. A limit that is exceeded never
 * lets so much less pass: a bucket gives twice its rate in the first minute, and of the faded count
 * below, a window that gives all of its minute at once has 0.37 left at its end.
 */
const MUCH_LESS = 0.25;
/** From this share on, it is not much less any more. */
const LESS = 0.5;
/** Two shares of refused calls are the same where neither is below this part of the other one. */
const AS_MANY = 0.6;
/** At the lower rate, at least so many calls have to be refused, and to pass. */
const LEAST_REFUSED = 8;
const LEAST_PASSED = 8;
/** So many calls at the lower rate show that another share of them is refused. */
const LEAST_CALLS = 60;
/** When nothing was refused for so long, what comes next has another cause. */
const FORGOTTEN_MS = 600_000;
/** After each wrong verdict twice as many refusals are needed, up to so many times the first. */
const MOST_NEEDED = 16;

/** The rate before cuts, which a lower one is compared with. */
export interface HigherRate {
  /** The most that passed in a minute while calls were refused. */
  passed: number;
  calls: CountedCalls;
  /** How careful the lane was when the first of them was refused. */
  before: Carelessness;
  /** Whether much less passes now, and the calls since. */
  isLower: boolean;
  lower: CountedCalls;
}

/**
 * Whether cuts are futile. While a limit is exceeded, as much passes in a minute as it allows,
 * however much is sent. So where much less passes than before, and the same share of the calls is
 * refused, then the rate isn't the cause, and all cuts were for nothing. This holds for any share:
 * where many calls are refused by chance, nothing else tells them from those of a limit.
 */
export interface Futility {
  /** The calls that passed in about the last minute: older ones fade. Those in flight don't count yet. */
  passed: number;
  at: number;
  refusedAt: number;
  higher: HigherRate | undefined;
  /** How many times as many refusals are needed. */
  needed: number;
}

export function newFutility(now: number): Futility {
  return { passed: 0, at: now, refusedAt: now, higher: undefined, needed: 1 };
}

/**
 * A call was answered; `careless` tells how careful the lane is at present. Returns the higher rate that
 * calls are compared with, if all cuts since then were futile.
 */
export function noteFutility(
  futility: Futility,
  isRefused: boolean,
  careless: () => Carelessness,
  now: number,
): HigherRate | undefined {
  pass(futility, isRefused ? 0 : 1, now);
  if (isRefused) {
    if (now - futility.refusedAt >= FORGOTTEN_MS) futility.higher = undefined;
    futility.refusedAt = now;
    futility.higher ??= newHigher(careless(), futility.passed);
  }
  const { higher } = futility;
  if (higher === undefined) return undefined;
  if (isRefused) higher.passed = Math.max(higher.passed, futility.passed);
  const share = futility.passed / higher.passed;
  if (higher.isLower && share > LESS) higher.lower = { calls: 0, refused: 0 };
  higher.isLower = share < (higher.isLower ? LESS : MUCH_LESS);
  count(higher.isLower ? higher.lower : higher.calls, isRefused);
  return higher.isLower && isFutile(futility, higher, careless) ? higher : undefined;
}

/** Whether so much less passes by now that the next calls will show whether cuts are futile. */
export function isFutilityTested({ higher }: Futility): boolean {
  return higher?.isLower === true;
}

/** What seemed futile wasn't: more evidence is needed from now on. */
export function doubtFutility(futility: Futility): void {
  futility.needed = Math.min(MOST_NEEDED, 2 * futility.needed);
  futility.higher = undefined;
}

function isFutile(
  futility: Futility,
  { calls, lower }: HigherRate,
  careless: () => Carelessness,
): boolean {
  const share = lower.refused / lower.calls;
  const earlier = calls.refused / Math.max(1, calls.calls);
  const isSame = share >= AS_MANY * earlier && earlier >= AS_MANY * share;
  const { needed, passed } = futility;
  const hasPassed = lower.calls - lower.refused >= LEAST_PASSED;
  if (isSame && hasPassed && lower.refused >= needed * LEAST_REFUSED) return true;
  if (!isSame && lower.calls >= LEAST_CALLS) futility.higher = newHigher(careless(), passed);
  return false;
}

function newHigher(before: Carelessness, passed: number): HigherRate {
  const [calls, lower] = [
    { calls: 0, refused: 0 },
    { calls: 0, refused: 0 },
  ];
  return { passed, before, calls, isLower: false, lower };
}

function pass(futility: Futility, calls: number, now: number): void {
  const fade = Math.exp(-Math.max(0, now - futility.at) / MINUTE_MS);
  futility.passed = fade * futility.passed + calls;
  futility.at = now;
}

function count(counted: CountedCalls, isRefused: boolean): void {
  counted.calls++;
  if (isRefused) counted.refused++;
}
