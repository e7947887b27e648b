import {
  type Dimension,
  MINUTE_MS,
  SECOND_MS,
  type Shape,
  UNKNOWN_SHAPE,
} from '../../model/limits.ts';
import {
  isBelieved,
  isContradicted,
  isTried,
  SECOND_BURSTS,
  stageOf,
  TEN_SECONDS_MS,
} from './burst-stage.ts';
import type { BurstPolicy, PacedLimit, Stage } from './burst-state.ts';
import type { BurstTrial, FinerLimit } from './burst-trial.ts';
import { headroomOf, type LimitPolicy, type PaceTerms } from './limit-policy.ts';
import type { MeteredLimit } from './metered-limit.ts';
import { type Guard, type Pace, paceOf } from './pace.ts';
import type { Reading } from './server-balance.ts';
import type { Tuning } from './tuning.ts';

/** Calls that arrive within so long are one burst, and hardly at the border of two seconds. */
const ONE_BURST_MS = 150;
const FINER = {
  second: { spanMs: SECOND_MS, burstMs: ONE_BURST_MS, bursts: SECOND_BURSTS },
  ten: { spanMs: TEN_SECONDS_MS, burstMs: Number.POSITIVE_INFINITY, bursts: 1 },
} as const;
/** Short of a bucket of ten seconds. */
const CAUTIOUS_BURST_SECONDS = 8;
/** Once a second is no limit, all that the window of a given limit allows may go at once. */
const WHOLE_BURST_SECONDS = 60;
/** Nobody has promised a limit that was learned: a burst would leave its window empty for a minute. */
const SPREAD_BURST_SECONDS = 1;
/** Enough to try whether its second is counted. */
const TRIED_BURST_SECONDS = 2;
const WHOLE_BUCKET: Shape = { enforcement: 'bucket', burstSeconds: WHOLE_BURST_SECONDS };
/** On trial, a second's share goes in each of these spans: the second burst lies elsewhere. */
const TRIAL_SPAN_MS = 1200;
/** By how much a network is expected to shift two calls against each other. */
const SPREAD_MS = 50;
/** Where ten seconds hold fewer calls than these, two refused ones are much for a learned limit. */
const FEW_CALLS = 50;
/** A reset that is so near to that of a bucket is one. */
const EXACT_MS = 100;
const EXACT_SHARE = 0.05;
/** One that is so much later is none: absolute times are rounded, and as old as a response. */
const OTHER_MS = 3000;
/** Tokens are estimated: so much of a second's share is surely there. */
const SAFE_SHARE = 0.9;
/**
 * `'auto'` follows what the server says is left, and keeps this share of the limit free. Until the
 * server has said it, the default of a fifth stays free.
 */
const AUTO_HEADROOM = 0.01;
const USUAL_HEADROOM = 0.2;

/** Others' share is left to them in such steps, and no more than this: they may stop. */
const LEFT_STEP = 0.01;
const MOST_LEFT = 0.9;
/** A refusal with so much of the limit left means that the server counts over a shorter time. */
const MUCH_LEFT = 0.25;

/** The present pace of a limit. */
export function paceOfLimit(paced: PacedLimit, terms: PaceTerms): Pace {
  const { limit, burst } = paced;
  const { policy, tuning, share } = terms;
  const headroom = presentHeadroom(paced, policy);
  const left = reservesForOthers(burst, terms) ? burst.others : 0;
  const pace = paceOf(limit, profileOf(paced, policy), 1 - share * (1 - headroom), tuning, left);
  if (burst.stage !== 'tryPerSecond') return pace;
  return { ...pace, guards: [...pace.guards, secondGuard(limit, share)] };
}

/** A second's share, while it is on trial. Limits that were learned keep their rate meanwhile. */
function secondGuard(limit: MeteredLimit, share: number): Guard {
  const isGiven = limit.source === 'given';
  return {
    max: finerOf(limit, 'second', share).safe,
    spanMs: isGiven ? TRIAL_SPAN_MS : SECOND_MS + SPREAD_MS,
  };
}

/** Whether a window of that span is the one that is on trial. */
export function isOnTrial({ limit, burst }: PacedLimit, spanMs: number): boolean {
  return burst.stage === 'tryPerSecond' && spanMs < limit.windowMs;
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

/** Adopts what is known by now. Returns whether the pace has changed. */
export function adoptStage(paced: PacedLimit, terms: PaceTerms, now: number): boolean {
  const { burst } = paced;
  const stage = stageOf(paced, terms, now);
  if (stage === burst.stage) return false;
  burst.stage = stage;
  return true;
}

/** The finer limit that a call of that cost may try. */
export function onTrial(
  { limit, burst }: PacedLimit,
  cost: number,
  { policy, share }: PaceTerms,
): Pick<Tried, 'trial' | 'finer'> | undefined {
  if (burst.stage === 'tryPerSecond') return tried({ limit, burst }, 'second', share);
  if (burst.stage !== 'tryTenSeconds') return undefined;
  const ten = tried({ limit, burst }, 'ten', share);
  const isWorth = limit.source === 'given' || policy.shapes[limit.dimension].isUnknown !== true;
  return isWorth || FEW_CALLS * cost <= ten.finer.capacity ? ten : undefined;
}

/** A finer limit that a server may have, and what is known of it. */
export interface Tried {
  readonly level: 'second' | 'ten';
  readonly trial: BurstTrial;
  readonly finer: FinerLimit;
}

/** The finer limits that a limit may have. */
export function finerLimits(paced: PacedLimit, share: number): Tried[] {
  const { stage } = paced.burst;
  if (stage === 'known') return [];
  const ten = tried(paced, 'ten', share);
  return stage === 'tryTenSeconds' ? [ten] : [tried(paced, 'second', share), ten];
}

function tried({ limit, burst }: PacedLimit, level: Tried['level'], share: number): Tried {
  return { level, trial: burst[level], finer: finerOf(limit, level, share) };
}

/**
 * Reads the shape from what a response states: a bucket is reset when what is missing has flowed in,
 * a fixed window at a moment that has nothing to do with that.
 */
export function readShape({ limit, burst }: PacedLimit, reading: Reading): boolean {
  const { limit: max, remaining, resetMs } = reading;
  if (resetMs === undefined || remaining >= max) return false;
  const refillMs = ((max - remaining) * limit.windowMs) / max;
  const isWhole = resetMs === SECOND_MS * Math.ceil(refillMs / SECOND_MS);
  const isBucket = isWhole || Math.abs(resetMs - refillMs) <= EXACT_MS + EXACT_SHARE * refillMs;
  // No bucket is ever reset later; a window that is nearly over may look like one.
  const isWindow = resetMs > refillMs + OTHER_MS || burst.readAs === 'window';
  const readAs = isWindow ? 'window' : isBucket ? 'bucket' : burst.readAs;
  if (readAs === burst.readAs) return false;
  burst.readAs = readAs;
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

/** The shape of a limit: the policy's, by what is known of the burst. */
function profileOf({ limit, burst }: PacedLimit, policy: LimitPolicy): Shape {
  const shape = policy.shapes[limit.dimension];
  const { stage, readAs } = burst;
  if (stage === 'perSecond') return shape.enforcement === 'slices' ? shape : UNKNOWN_SHAPE;
  if (!policy.isShapeGiven && isTried(limit) && isBelieved({ limit, burst })) {
    return { ...shape, burstSeconds: Math.min(SPREAD_BURST_SECONDS, shape.burstSeconds) };
  }
  const isFound = shape.isUnknown === true || isContradicted({ limit, burst }, shape);
  if (policy.isShapeGiven || !isTried(limit) || !isFound) return shorter(shape, stage);
  if (readAs === 'bucket') return shorter(WHOLE_BUCKET, stage);
  return { enforcement: 'window', burstSeconds: windowSeconds({ limit, burst }) };
}

/**
 * The burst of a window that was found, or is on trial. Of a limit that was learned it is short, once
 * resets have shown a window.
 */
function windowSeconds({ limit, burst }: PacedLimit): number {
  const { stage, readAs } = burst;
  const isSpread = limit.source !== 'given' && (stage !== 'tryPerSecond' || readAs === 'window');
  if (isSpread) return stage === 'tryPerSecond' ? TRIED_BURST_SECONDS : SPREAD_BURST_SECONDS;
  return stage === 'tenSeconds' ? CAUTIOUS_BURST_SECONDS : WHOLE_BURST_SECONDS;
}

function shorter(shape: Shape, stage: Stage): Shape {
  if (stage !== 'tenSeconds') return shape;
  return { ...shape, burstSeconds: Math.min(CAUTIOUS_BURST_SECONDS, shape.burstSeconds) };
}

/** The limit's share of a second, or a bucket of ten seconds. */
function finerOf(limit: MeteredLimit, level: Tried['level'], share: number): FinerLimit {
  const { spanMs, ...bursts } = FINER[level];
  const perMs = (share * limit.max) / limit.windowMs;
  return { ...sized(limit, perMs * spanMs), perMs, ...bursts };
}

/** Requests are counted, and one of them always passes. */
function sized({ dimension }: MeteredLimit, capacity: number): { capacity: number; safe: number } {
  if (dimension !== 'requests') return { capacity, safe: SAFE_SHARE * capacity };
  const whole = Math.max(1, capacity);
  return { capacity: whole, safe: whole };
}

/**
 * Whether others' share is left to them in each second. With a part of each limit only, the users of
 * the other parts are among the others.
 */
function reservesForOthers({ isShort }: BurstPolicy, { tuning, share }: PaceTerms): boolean {
  return isShort && tuning.strictness > 0 && share === 1;
}

/** The share of the limit that is unused at present. */
function presentHeadroom({ limit, burst }: PacedLimit, policy: LimitPolicy): number {
  const headroom = headroomOf(policy, limit.dimension);
  if (headroom !== 'auto') return headroom;
  return burst.isSeen ? AUTO_HEADROOM : USUAL_HEADROOM;
}
