import { SHORT_KEYS, type ShortLimits, shortLimits } from '../limit-table.ts';
import { type Limit, type LongEnforcement, type Shape, shortEnforcement } from '../model/limits.ts';
import { choiceOf, expectNumber, expectObject } from '../validate.ts';

/**
 * How a tier's limits are enforced.
 *
 * - `bucket`: a minute's limit may be used at once, and refills evenly: up to twice the limit in any
 *   minute.
 * - `window`: never more than the limit in any minute.
 * - `fixed`: never more than the limit in each minute by the clock, but up to twice the limit around a
 *   full minute.
 *
 * `token-bucket`, `sliding-window` and `fixed-window` are older names of the same.
 */
export type Strategy = 'bucket' | 'window' | 'fixed' | LongEnforcement;

/** The limits of each caller of a tier, in all lanes together. */
export interface TierLimits extends ShortLimits {
  /** US dollars per day in UTC. @default no limit */
  readonly usdPerDay?: number | undefined;
  /** The caller's share of a limit that callers compete for, relative to a caller of weight 1. @default 1 */
  readonly weight?: number | undefined;
  /** How the limits are enforced. @default 'bucket' */
  readonly strategy?: Strategy | undefined;
}

/** The limits of one tier, complete and checked. */
export interface Terms {
  readonly limits: readonly Limit[];
  readonly shape: Shape;
  readonly concurrency: number;
  readonly usdPerDay: number | undefined;
  readonly weight: number;
}

/** Of callers whose tier sets no limits. */
export const NO_TERMS: Terms = {
  limits: [],
  shape: { enforcement: 'bucket', burstSeconds: 60 },
  concurrency: Number.POSITIVE_INFINITY,
  usdPerDay: undefined,
  weight: 1,
};

const KNOWN = [...SHORT_KEYS, 'usdPerDay', 'weight', 'strategy'];
const STRATEGIES = ['bucket', 'window', 'fixed'] as const;

/**
 * The terms that a tier's limits ask for.
 * @throws TypeError that names the option, what was expected and what was given
 */
export function termsFrom(name: string, tier: TierLimits): Terms {
  expectObject(name, tier, `{ ${KNOWN.join(', ')} }`);
  const { usdPerDay, weight = 1, strategy = 'bucket', ...short } = tier;
  const { limits, concurrency } = shortLimits(name, short, KNOWN);
  expectNumber(`${name}.weight`, weight, 'a positive number', (n) => n > 0 && n < Infinity);
  if (usdPerDay !== undefined) {
    expectNumber(`${name}.usdPerDay`, usdPerDay, 'a positive number of US dollars', (n) => n > 0);
  }
  const enforcement = choiceOf(
    `${name}.strategy`,
    strategy,
    STRATEGIES,
    shortEnforcement(strategy),
  );
  return { limits, shape: { enforcement, burstSeconds: 60 }, concurrency, usdPerDay, weight };
}
