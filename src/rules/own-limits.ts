import { amount, byDimension, type Cost, type Limit, type Shape } from '../model/limits.ts';
import { isFull } from './limits/limit-levels.ts';
import { type LimitMeter, newMeter, resizeMeter } from './limits/limit-meter.ts';
import type { LimitPolicy } from './limits/limit-policy.ts';
import { type LimitSet, newLimitSet } from './limits/limit-set.ts';
import { isMeterFull, used } from './limits/meter-room.ts';
import { settleMeter, takeLater } from './limits/meter-use.ts';
import { isSameLimit, type MeteredLimit } from './limits/metered-limit.ts';

/** A limit that is not in force any more. */
export interface PastOwnLimit {
  meter: LimitMeter;
  policy: LimitPolicy;
  /** When it was last in force, in milliseconds since the epoch. */
  since: number;
  until: number;
}

/**
 * The limits of one caller, by its tier, which hold in all lanes together.
 *
 * They are the caller's own promise to keep: they have no headroom, and a call that costs less than
 * was reserved gives back the rest. What was used of a limit is remembered while the tier is another
 * one, so that a change of tiers to and fro makes nothing undone.
 */
export interface OwnLimits {
  limits: LimitSet;
  /** When each of the limits came into force. */
  since: number[];
  past: PastOwnLimit[];
  /** The most calls in flight at a time. */
  concurrency: number;
  inFlight: number;
}

/** What a tier says of its callers' limits. */
export interface OwnTerms {
  readonly limits: readonly Limit[];
  readonly shape: Shape;
  readonly concurrency: number;
}

const NO_SHAPE: Shape = { enforcement: 'bucket', burstSeconds: 60 };

export function newOwnLimits(now: number): OwnLimits {
  const limits = newLimitSet([], policyOf(NO_SHAPE), now);
  return { limits, since: [], past: [], concurrency: Number.POSITIVE_INFINITY, inFlight: 0 };
}

/** Adopts the limits of another tier. What was used of a limit stays used. */
export function adoptTerms(own: OwnLimits, terms: OwnTerms, now: number): void {
  const known = [...inForce(own, now), ...own.past];
  const policy = policyOf(terms.shape);
  own.concurrency = terms.concurrency;
  own.limits.policy = policy;
  const taken = new Set<PastOwnLimit>();
  const next = terms.limits.map((limit) => {
    const before = known.find(({ meter }) => isSameLimit(meter.limit, limit));
    if (before !== undefined) taken.add(before);
    return resumed(own, { ...limit, source: 'given' }, before, now);
  });
  own.limits.meters = next.map(({ meter }) => meter);
  own.since = next.map(({ since }) => since);
  own.past = known.filter(
    (each) => !taken.has(each) && !isMeterFull(each.meter, ofPast(each), now),
  );
}

/** A call has ended: `actual` replaces what it took at `at`. */
export function settleOwn(
  own: OwnLimits,
  taken: Cost,
  actual: Cost,
  at: number,
  now: number,
): void {
  own.inFlight--;
  for (const each of [...inForce(own, Number.POSITIVE_INFINITY), ...own.past]) {
    const { dimension } = each.meter.limit;
    const more = amount(actual, dimension) - amount(taken, dimension);
    const wasTaken = each.since <= at && at <= each.until;
    if (more !== 0 && wasTaken) settleMeter(each.meter, more, at, ofPast(each), now);
  }
}

/** Whether nothing is to be remembered: what is in flight, or has not come back. */
export function isUnused(own: OwnLimits, now: number): boolean {
  if (own.inFlight > 0 || !isFull(own.limits, now)) return false;
  return own.past.every((each) => isMeterFull(each.meter, ofPast(each), now));
}

function inForce({ limits, since }: OwnLimits, until: number): PastOwnLimit[] {
  const { policy } = limits;
  return limits.meters.map((meter, i) => ({ meter, policy, since: since[i] ?? 0, until }));
}

/** The one that counts already, or one that takes over what another has counted. */
function resumed(
  { limits }: OwnLimits,
  limit: MeteredLimit,
  before: PastOwnLimit | undefined,
  now: number,
): { readonly meter: LimitMeter; readonly since: number } {
  // Unless its limit has been in force all the time.
  const since = before?.until === now ? before.since : now;
  if (before !== undefined && isSameShape(before.policy, limits.policy)) {
    resizeMeter(before.meter, limit, limits, now);
    return { meter: before.meter, since };
  }
  const meter = newMeter(limit, limits, now);
  if (before !== undefined) {
    takeLater(meter, used(before.meter, ofPast(before), now), limits, now);
  }
  return { meter, since };
}

function ofPast({ policy }: PastOwnLimit): Pick<LimitSet, 'policy' | 'tuning' | 'share'> {
  return { policy, tuning: { rateShare: 1, strictness: 0 }, share: 1 };
}

function isSameShape({ shapes: one }: LimitPolicy, { shapes: other }: LimitPolicy): boolean {
  return one.requests.enforcement === other.requests.enforcement;
}

/**
 * One shape in all dimensions, no headroom, and all that isn't used is given back. What we count
 * ourselves, no network shifts.
 */
export function policyOf(shape: Shape): LimitPolicy {
  const shapes = byDimension(() => ({ ...shape, spreadMs: 0 }));
  return { shapes, isShapeGiven: false, headroom: 0, correction: 'settled', slots: 0 };
}
