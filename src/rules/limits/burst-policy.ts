import { type Dimension, MINUTE_MS, SECOND_MS, type Shape } from '../../model/limits.ts';
import { type Codec, flag, number, record } from '../codec.ts';
import { headroomOf, type LimitPolicy, type PaceTerms } from './limit-policy.ts';
import type { MeteredLimit } from './metered-limit.ts';
import { type Pace, paceOf } from './pace.ts';
import { allowedBurst, newProvenBurst, type ProvenBurst, provenBurst } from './proven-burst.ts';
import type { Tuning } from './tuning.ts';

/**
 * The burst of a limit that was not given starts small, grows with what has passed, and stays below
 * a bucket of ten seconds.
 */
const FIRST_BURST_SECONDS = 0.1;
const FIRST_REQUESTS = 4;
const CAUTIOUS_BURST_SECONDS = 8;
/**
 * `'auto'` follows what the server says is left, and keeps this share of the limit free. Until the
 * server has said it, the default of a fifth stays free.
 */
const AUTO_HEADROOM = 0.01;
const USUAL_HEADROOM = 0.2;

/** A call is large if it costs more than this share of the limit's part of a second. */
const LARGE_SHARE = 0.2;
/** So many large calls go one by one before the guard of a second is dropped. */
const LARGE_CALLS = 6;
/** Without headroom, the gap that makes up for the network's spread delays calls of any size. */
const LARGE_SHARE_AT_THE_LIMIT = 0;

/** Others' share is left to them in such steps, and no more than this: they may stop. */
const LEFT_STEP = 0.01;
const MOST_LEFT = 0.9;
/** A refusal with so much of the limit left means that the server counts over a shorter time. */
const MUCH_LEFT = 0.25;

/** What was learned about the burst that one limit allows. */
export interface BurstPolicy {
  /** Whether a response has shown what the server has left. */
  isSeen: boolean;
  proven: ProvenBurst;
  /** The proven burst that the present pace is based on, in the limit's unit. */
  burst: number;
  /** The share of the limit that others use. */
  others: number;
  /** Calls were refused with much of the limit left: to follow what is left is not enough. */
  isShort: boolean;
  /** How many calls were so large that a guard of a second leaves gaps between them. */
  largeCalls: number;
}

export const burstPolicy: Codec<BurstPolicy> = record<BurstPolicy>({
  isSeen: flag,
  proven: provenBurst,
  burst: number,
  others: number,
  isShort: flag,
  largeCalls: number,
});

/** A limit, and what was learned about its burst. */
export interface PacedLimit {
  limit: MeteredLimit;
  burst: BurstPolicy;
}

export function newBurstPolicy(): BurstPolicy {
  const nothing = { burst: 0, others: 0, largeCalls: 0 };
  return { isSeen: false, proven: newProvenBurst(), ...nothing, isShort: false };
}

/** The present pace of a limit. */
export function paceOfLimit(paced: PacedLimit, terms: PaceTerms): Pace {
  const { limit, burst } = paced;
  const { policy, tuning, share } = terms;
  const headroom = presentHeadroom(paced, policy);
  const left = reservesForOthers(burst, terms) ? burst.others : 0;
  return paceOf(limit, profileOf(paced, policy), 1 - share * (1 - headroom), tuning, left);
}

/** Forgets early refusals once the lane needs no strictness any more. */
export function relaxBurst(burst: BurstPolicy, { strictness }: Tuning): void {
  if (strictness === 0) burst.isShort = false;
}

/** Leaves that share of the limit to others. Returns whether the pace has changed. */
export function leaveToOthers(burst: BurstPolicy, share: number, terms: PaceTerms): boolean {
  const others = Math.min(MOST_LEFT, LEFT_STEP * Math.round(share / LEFT_STEP));
  if (others === burst.others) return false;
  burst.others = others;
  return reservesForOthers(burst, terms);
}

/** Records a refusal while the server showed the share `shown` of the limit to be left. */
export function recordRefusal({ limit, burst }: PacedLimit, shown: number): void {
  burst.isShort ||= shown > MUCH_LEFT && limit.windowMs <= MINUTE_MS;
}

/**
 * Records that a call of that cost was sent. If the server is unknown but shows what is left, the
 * guard of a second is dropped after some large calls: they then go at the rate of the limit, which
 * hardly any server refuses. If one does, caution restores the guard. Returns whether the pace has
 * changed.
 */
export function recordLargeCall(paced: PacedLimit, cost: number, policy: LimitPolicy): boolean {
  const { limit, burst } = paced;
  const perSecond = (limit.max * SECOND_MS) / limit.windowMs;
  const isAuto = headroomOf(policy, limit.dimension) === 'auto';
  const share = isAuto ? LARGE_SHARE_AT_THE_LIMIT : LARGE_SHARE;
  if (cost <= share * perSecond || !mayLoosen(paced, policy)) return false;
  return ++burst.largeCalls === LARGE_CALLS;
}

/** Adopts what calls have proven by now. Returns whether the pace has changed. */
export function adoptProvenBurst({ limit, burst }: PacedLimit, now: number): boolean {
  const proven = allowedBurst(burst.proven, now);
  if (proven === burst.burst || limit.source === 'given') return false;
  burst.burst = proven;
  return true;
}

/** Whether the server's limit may refill continuously, as far as is known. */
export function mayBeBucket({ limit, burst }: PacedLimit, policy: LimitPolicy): boolean {
  const { enforcement, isUnknown } = policy.shapes[limit.dimension];
  return enforcement === 'bucket' || isUnknown === true || burst.isShort;
}

/** The share of the limit that stays free of what the server has left. */
export function reservedShare(policy: LimitPolicy, dimension: Dimension): number {
  const headroom = headroomOf(policy, dimension);
  return headroom === 'auto' ? AUTO_HEADROOM : headroom;
}

/** The shape of a limit: the policy's, with the proven burst only where the limit was not given. */
function profileOf(paced: PacedLimit, policy: LimitPolicy): Shape {
  const { limit, burst } = paced;
  const shape = policy.shapes[limit.dimension];
  if (limit.source === 'given') return shape;
  const isLoose = burst.largeCalls >= LARGE_CALLS && mayLoosen(paced, policy);
  const burstSeconds = Math.min(shape.burstSeconds, provenSeconds(paced, policy));
  return { ...shape, enforcement: isLoose ? 'window' : shape.enforcement, burstSeconds };
}

/**
 * Whether others' share is left to them in each second. With a part of each limit only, the users of
 * the other parts are among the others.
 */
function reservesForOthers({ isShort }: BurstPolicy, { tuning, share }: PaceTerms): boolean {
  return isShort && tuning.strictness > 0 && share === 1;
}

function mayLoosen({ limit, burst }: PacedLimit, policy: LimitPolicy): boolean {
  const isLearned = burst.isSeen && limit.source !== 'given';
  return isLearned && policy.shapes[limit.dimension].isUnknown === true && !policy.isShapeGiven;
}

/** The share of the limit that is unused at present. */
function presentHeadroom({ limit, burst }: PacedLimit, policy: LimitPolicy): number {
  const headroom = headroomOf(policy, limit.dimension);
  if (headroom !== 'auto') return headroom;
  return burst.isSeen ? AUTO_HEADROOM : USUAL_HEADROOM;
}

/** The proven burst, in seconds of the rate. */
function provenSeconds(paced: PacedLimit, policy: LimitPolicy): number {
  if (policy.isShapeGiven) return CAUTIOUS_BURST_SECONDS;
  const { limit, burst } = paced;
  const usable = (1 - presentHeadroom(paced, policy)) * limit.max;
  const perSecond = (usable * SECOND_MS) / limit.windowMs;
  const first = limit.dimension === 'requests' ? FIRST_REQUESTS : 0;
  const seconds = Math.max(FIRST_BURST_SECONDS, Math.max(first, burst.burst) / perSecond);
  return Math.min(CAUTIOUS_BURST_SECONDS, seconds);
}
