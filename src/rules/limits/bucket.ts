/**
 * A token bucket as arithmetic: each function returns a new state.
 *
 * Invariant: the cost taken in any interval of t ms is at most
 * `max(capacity, largest cost taken) + perMs · t`. A call larger than the capacity is paid from
 * savings: a full bucket saves its overflow for one such call, and no other call may use it.
 */
export interface BucketSpec {
  /** Tokens that flow in each millisecond: (1 − headroom) · limit / window. */
  readonly perMs: number;
  /** The burst: what an idle bucket holds. */
  readonly capacity: number;
  /** The largest call that may ever pass: the limit itself. */
  readonly largest: number;
}

export interface BucketState {
  /** What calls may take now; negative while a debt is being repaid. At most the capacity. */
  readonly level: number;
  /** The overflow of a full bucket, saved for one call larger than the capacity. */
  readonly savings: number;
  /** The time of this state, in milliseconds since the epoch. */
  readonly at: number;
}

/** Float sums may miss an exact cost by this share of it. No call waits 1e-12 ms for that. */
const RELATIVE_SLACK = 1e-9;

/** The rounding error that is tolerated for `cost`, in its unit. */
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
function pour(
  spec: BucketSpec,
  state: BucketState,
  amount: number,
  at: number = state.at,
): BucketState {
  const poured = Math.min(amount, spec.capacity - state.level);
  const savings = Math.min(state.savings + amount - poured, mostSavings(spec));
  return { level: state.level + poured, savings, at };
}

/** The state at `now`. Time that runs backwards changes nothing. */
export function refill(spec: BucketSpec, state: BucketState, now: number): BucketState {
  if (now <= state.at) return state;
  return pour(spec, state, spec.perMs * (now - state.at), now);
}

/** Milliseconds until the first call of the queue can take `cost`, if `other` is taken before. */
export function waitOfHead(spec: BucketSpec, state: BucketState, cost: number, other = 0): number {
  const spare = Math.min(state.savings, Math.max(0, cost - spec.capacity));
  const missing = cost + other - state.level - spare;
  return missing <= slack(cost) ? 0 : missing / spec.perMs;
}

/** Milliseconds until a later call of the queue can take `cost`: it may not use the savings. */
export function waitOfOther(spec: BucketSpec, state: BucketState, cost: number): number {
  const missing = cost - state.level;
  if (missing <= slack(cost)) return 0;
  return cost > spec.capacity ? Number.POSITIVE_INFINITY : missing / spec.perMs;
}

/** Takes `cost` for the first call of the queue. One larger than the capacity uses up the savings. */
export function takeFromLevelAsHead(
  spec: BucketSpec,
  state: BucketState,
  cost: number,
): BucketState {
  if (cost <= spec.capacity) return takeFromLevel(spec, state, cost);
  return { ...state, level: Math.min(0, state.level + state.savings - cost), savings: 0 };
}

/** Takes `cost` from the level, which may become a debt. A negative cost is given back. */
export function takeFromLevel(spec: BucketSpec, state: BucketState, cost: number): BucketState {
  if (cost < 0) return pour(spec, state, -cost);
  return { level: state.level - cost, savings: state.savings, at: state.at };
}

/** Takes `cost` as a debt, which is never more than what flows in within `windowMs`. */
export function owe(
  spec: BucketSpec,
  state: BucketState,
  cost: number,
  windowMs: number,
): BucketState {
  const least = Math.min(state.level, -spec.perMs * windowMs);
  return { ...state, level: Math.max(least, state.level - cost) };
}

/** A debt is cut to what `level` leaves of it; what is no debt stays as it is. */
export function relieved(state: BucketState, level: number): BucketState {
  const cut = Math.max(state.level, Math.min(0, level));
  return cut === state.level ? state : { ...state, level: cut };
}

/** At least so full, as far as it fits. */
export function filledTo(spec: BucketSpec, state: BucketState, level: number): BucketState {
  return { ...state, level: Math.max(state.level, Math.min(spec.capacity, level)) };
}

/** At most so full. */
export function emptiedTo(state: BucketState, level: number): BucketState {
  return state.level <= level ? state : { ...state, level };
}

/** An empty bucket without savings. A debt stays. */
export function drained(state: BucketState): BucketState {
  return { ...state, level: Math.min(0, state.level), savings: 0 };
}

/** The state after a change of size. */
export interface Resized {
  readonly state: BucketState;
  /** Usage above the new capacity, in the limit's unit. Charged again when the bucket grows. */
  readonly forgiven: number;
}

/**
 * Changes the size and keeps the usage. Added capacity may be used at once. A smaller bucket makes
 * no debt: usage above its capacity is `forgiven`, and is charged when the bucket grows again, so
 * that shrinking and growing gains nothing.
 */
export function resized(
  before: BucketSpec,
  spec: BucketSpec,
  state: BucketState,
  forgiven: number,
): Resized {
  const wasFull = state.level >= before.capacity && state.savings >= mostSavings(before);
  if (wasFull && forgiven === 0) return { state: fullBucket(spec, state.at), forgiven };
  const more = spec.capacity - before.capacity;
  const level = more > 0 ? state.level + Math.max(0, more - forgiven) : state.level + more;
  const least = Math.min(0, state.level);
  return {
    state: fitted(spec, { ...state, level: Math.max(least, level) }),
    forgiven: Math.max(0, forgiven - Math.max(0, more)) + Math.max(0, least - level),
  };
}

/** Changes the size, drops what no longer fits and adds nothing. */
export function fitted(spec: BucketSpec, state: BucketState): BucketState {
  const level = Math.min(state.level, spec.capacity);
  return { ...state, level, savings: Math.min(state.savings, mostSavings(spec)) };
}
