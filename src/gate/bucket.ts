import type { BucketSpec } from '../model/meter-spec.ts';

/** A token bucket as arithmetic: states in, states out; no timer, promise or clock. */
export interface BucketState {
  /** What calls may take now; negative while a debt is being repaid. At most the capacity. */
  readonly level: number;
  /** What a full bucket has overflowed, for one call larger than the capacity. */
  readonly savings: number;
  /** When the state was true, in milliseconds. */
  readonly at: number;
}

/** Float sums may miss an exact cost by this share of it; nobody must wait 1e-12 ms for that. */
const RELATIVE_SLACK = 1e-9;

/** What rounding may hide of `cost`. */
export function slack(cost: number): number {
  return RELATIVE_SLACK * (1 + Math.abs(cost));
}

/** An idle bucket: full, with the savings that a long idle time leaves. */
export function fullBucket(spec: BucketSpec, now: number): BucketState {
  return { level: spec.capacity, savings: mostSavings(spec), at: now };
}

function mostSavings(spec: BucketSpec): number {
  return Math.max(0, spec.largest - spec.capacity);
}

/** Adds `amount` to the level, and what doesn't fit to the savings. */
function pour(spec: BucketSpec, state: BucketState, amount: number): BucketState {
  const poured = Math.min(amount, spec.capacity - state.level);
  const savings = Math.min(state.savings + amount - poured, mostSavings(spec));
  return { ...state, level: state.level + poured, savings };
}

/** The state at `now`. Time that runs backwards changes nothing. */
export function refill(spec: BucketSpec, state: BucketState, now: number): BucketState {
  if (now <= state.at) return state;
  return { ...pour(spec, state, spec.perMs * (now - state.at)), at: now };
}

/** Milliseconds until the head of the line can take `cost`, were `other` taken from the level. */
export function waitOfHead(spec: BucketSpec, state: BucketState, cost: number, other = 0): number {
  const spare = Math.min(state.savings, Math.max(0, cost - spec.capacity));
  const missing = cost + other - state.level - spare;
  return missing <= slack(cost) ? 0 : missing / spec.perMs;
}

/** Milliseconds until a call that is not the head can take `cost`: it may not touch the savings. */
export function waitOfOther(spec: BucketSpec, state: BucketState, cost: number): number {
  const missing = cost - state.level;
  if (missing <= slack(cost)) return 0;
  return cost > spec.capacity ? Number.POSITIVE_INFINITY : missing / spec.perMs;
}

/** The head of the line takes `cost`; one that is larger than the bucket ends the savings. */
export function takeAsHead(spec: BucketSpec, state: BucketState, cost: number): BucketState {
  if (cost <= spec.capacity) return takeFromLevel(spec, state, cost);
  return { ...state, level: Math.min(0, state.level + state.savings - cost), savings: 0 };
}

/** Takes `cost` from the level, into debt if need be; a negative cost gives back. */
export function takeFromLevel(spec: BucketSpec, state: BucketState, cost: number): BucketState {
  return cost < 0 ? pour(spec, state, -cost) : { ...state, level: state.level - cost };
}

/** Leaves nothing to take; a debt stays. */
export function drained(state: BucketState): BucketState {
  return { ...state, level: Math.min(0, state.level), savings: 0 };
}

/** What another size has changed. */
export interface Resized {
  readonly state: BucketState;
  /** What was used of a larger bucket, and would be a debt of this one. */
  readonly spared: number;
}

/**
 * The state in a bucket of another size, with as much taken from it: what is more may be taken at
 * once. Being smaller makes no debt; but what is `spared` by that comes off when the bucket grows
 * again, so that nothing is gained by going to and fro.
 */
export function resized(
  before: BucketSpec,
  spec: BucketSpec,
  state: BucketState,
  spared: number,
): Resized {
  const wasFull = state.level >= before.capacity && state.savings >= mostSavings(before);
  if (wasFull && spared === 0) return { state: fullBucket(spec, state.at), spared };
  const more = spec.capacity - before.capacity;
  const level = more > 0 ? state.level + Math.max(0, more - spared) : state.level + more;
  const least = Math.min(0, state.level);
  return {
    state: fitted(spec, { ...state, level: Math.max(least, level) }),
    spared: Math.max(0, spared - Math.max(0, more)) + Math.max(0, least - level),
  };
}

/** The state in a bucket of another size: nothing that doesn't fit is kept, nothing is added. */
export function fitted(spec: BucketSpec, state: BucketState): BucketState {
  const level = Math.min(state.level, spec.capacity);
  return { ...state, level, savings: Math.min(state.savings, mostSavings(spec)) };
}
