import type { ChargeRule } from '../../model/charge.ts';
import { type Cost, isUpstream, type Subject } from '../../model/limits.ts';
import { adoptLimits, type LimitSet, tune } from '../limits/limit-set.ts';
import type { MeteredLimit } from '../limits/metered-limit.ts';
import type { GrantedCall } from '../ticket.ts';
import { type Backoff, newBackoff, noteAnswer, tuningOf } from './backoff.ts';
import { judgeTrial, mayRaise, raised } from './caution.ts';
import { type ChargeLearning, newChargeLearning } from './charge-belief.ts';
import {
  type Concurrency,
  type ConcurrencyBounds,
  newConcurrency,
  raiseConcurrency,
} from './concurrency.ts';
import { type EventThrottle, newEventThrottle } from './event-throttle.ts';
import { type KnownLimits, newKnownLimits, upstreamOf } from './known-limits.ts';
import { type LimitEstimates, newLimitEstimates, raiseEstimates } from './limit-estimates.ts';
import { newPerSecondHeaders, type PerSecondHeaders } from './per-second-headers.ts';
import type { RefusalEpisode } from './refusal-episode.ts';
import { newSteadyShare, type SteadyShare } from './steady-share.ts';
import { newStrays, type Strays } from './strays.ts';
import { addTaken, correctTaken, newThroughput, type Throughput } from './throughput.ts';

/**
 * What a lane learns of its limits, from headers and from refusals. What it finds is passed on to
 * the lane's `LimitSet`, which is a parameter wherever that may happen. Here is what each call
 * teaches; what headers and stated limits do is in `observations.ts`, what refusals do in
 * `refusals.ts`, and what is told of it in `limit-news.ts`.
 *
 * Invariant: the limits of the set are `known.inForce`.
 */
export interface Learning {
  known: KnownLimits;
  backoff: Backoff;
  estimates: LimitEstimates;
  concurrency: Concurrency;
  throughput: Throughput;
  perSecond: PerSecondHeaders;
  charge: ChargeLearning;
  throttle: EventThrottle;
  strays: Strays;
  /** Refusals whose pause isn't over. */
  episode: RefusalEpisode | undefined;
  /** When the last pause was over. */
  resumedAt: number | undefined;
  /** Calls that were answered since. */
  answers: number;
  /** What others use of a limit. */
  others: SteadyShare;
  isNewsDue: boolean;
  /** Limits were given anew: that is told, whatever was told lately. */
  isNewsUrgent: boolean;
  /** Given limits that are lower now, which wasn't told yet. */
  lowered: MeteredLimit[];
  /** Given limits of which it was said that the provider shows less: once is enough. */
  toldLowered: Subject[];
}

/** What a lane begins with. */
export interface LearningOptions {
  readonly start: readonly MeteredLimit[];
  /** The windows of limits that responses state without them. */
  readonly windows?: readonly Subject[] | undefined;
  /** What the host counts. @default requests and tokens a minute */
  readonly measures?: readonly Subject[] | undefined;
  readonly inFlight: ConcurrencyBounds;
  /** How the host is known to charge, where responses may show otherwise. */
  readonly recorded?: ChargeRule | undefined;
}

/** A call that was let through. */
export type TakenCall = Pick<GrantedCall, 'cost' | 'at' | 'taken' | 'charge'>;

export function newLearning(options: LearningOptions, now: number): Learning {
  const { start, windows, measures, inFlight } = options;
  const known = newKnownLimits(start, windows);
  const isGiven = upstreamOf(known).some(({ source }) => source === 'given');
  return {
    known,
    backoff: newBackoff(isGiven, now),
    estimates: newLimitEstimates(known, measures, now),
    concurrency: newConcurrency(inFlight, now),
    throughput: newThroughput(now),
    perSecond: newPerSecondHeaders(),
    charge: newChargeLearning(options.recorded, now),
    throttle: newEventThrottle(now),
    strays: newStrays(now),
    ...{ episode: undefined, resumedAt: undefined, answers: 0 },
    others: newSteadyShare(),
    ...{ isNewsDue: true, isNewsUrgent: false, lowered: [], toldLowered: [] },
  };
}

/** Whether any limit paces the lane. */
export function isPaced({ known }: Learning): boolean {
  return known.inForce.some(isUpstream);
}

/** A call has been let through. */
export function granted({ throughput }: Learning, cost: Cost, now: number): void {
  addTaken(throughput, cost, now);
}

/** A call that was not refused has ended, and cost `actual`. The caller knows which were refused. */
export function ended({ throughput }: Learning, call: TakenCall, actual: Cost): void {
  correctTaken(throughput, call.cost, actual, call.at);
}

/**
 * A call that was not refused was answered, well or badly; `isFull`: as many are in flight as may
 * be. The caller knows which were refused: they have been counted as such.
 */
export function answered(
  learning: Learning,
  limits: LimitSet,
  call: GrantedCall,
  isFull: boolean,
  now: number,
): void {
  const { backoff, estimates, known, concurrency } = learning;
  learning.answers++;
  judgeTrial(learning, limits, call, false, now);
  const isFaster = noteAnswer(backoff, now);
  if (isFaster) tune(limits, tuningOf(backoff), now);
  const isRaised = mayRaise(learning, now) && raiseEstimates(estimates, known, limits, now);
  if (isRaised) adoptLimits(limits, known.inForce, now);
  const mayMore = raiseConcurrency(concurrency, isFull, now);
  if (isFaster || isRaised || mayMore) raised(learning);
  learning.isNewsDue ||= mayMore || isRaised;
}
