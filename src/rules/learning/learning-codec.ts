import { DIMENSIONS, type Dimension, type Subject } from '../../model/limits.ts';
import type { PauseCause } from '../../model/refusal.ts';
import { type Codec, flag, list, number, oneOf, optional, record, table, time } from '../codec.ts';
import { meteredLimit } from '../limits/limits-codec.ts';
import type { Tuning } from '../limits/tuning.ts';
import type { AdaptiveLimit } from './adaptive-limit.ts';
import type { Backoff } from './backoff.ts';
import {
  adaptiveLimitFields,
  limitEstimate,
  probeSchedule,
  refusalShare,
  strays,
} from './caution-codec.ts';
import type { ChargeLearning, ChargeMark } from './charge-belief.ts';
import type { Concurrency } from './concurrency.ts';
import type { EventThrottle } from './event-throttle.ts';
import type { Evidence, Place, Witness } from './evidence.ts';
import type { KnownLimits } from './known-limits.ts';
import type { Learning } from './learning.ts';
import type { LimitEstimates } from './limit-estimates.ts';
import type { PerSecondHeaders } from './per-second-headers.ts';
import type { LastCut, RateCeiling } from './rate-ceiling.ts';
import type { RefusalEpisode } from './refusal-episode.ts';
import type { SteadyShare } from './steady-share.ts';
import type { Throughput } from './throughput.ts';

const CAUSES: readonly PauseCause[] = ['rate', 'daily', 'ramp', 'capacity'];
const SUBJECTS: readonly (Dimension | 'concurrency')[] = [...DIMENSIONS, 'concurrency'];

const rateCeiling: Codec<RateCeiling> = record<RateCeiling>({
  most: number,
  probes: probeSchedule,
  lastCut: optional(record<LastCut>({ at: time, to: number })),
});

const refusalEpisode: Codec<RefusalEpisode> = record<RefusalEpisode>({
  cause: oneOf(CAUSES),
  since: time,
  dimension: optional(oneOf(SUBJECTS)),
  isExplained: flag,
  inFlight: number,
  refusals: number,
});

const concurrency: Codec<Concurrency> = record<Concurrency>({
  ...adaptiveLimitFields,
  wasRefused: flag,
  probes: probeSchedule,
});

const throughput: Codec<Throughput> = record<Throughput>({
  firstAt: optional(time),
  newestAt: time,
  amounts: table(list(number)),
});

const perSecondHeaders: Codec<PerSecondHeaders> = record<PerSecondHeaders>({
  since: table(time),
  refusals: list(time),
  disprovedUntil: time,
});

const eventThrottle: Codec<EventThrottle> = record<EventThrottle>({
  level: number,
  at: time,
});

const steadyShare: Codec<SteadyShare> = record<SteadyShare>({
  told: number,
  differsSince: optional(time),
});

const witness: Codec<Witness> = record<Witness>({
  max: number,
  at: time,
  request: optional(number),
  isOdd: flag,
});

const evidence: Codec<Evidence> = record<Evidence>({
  dimension: oneOf(DIMENSIONS),
  windowMs: number,
  source: oneOf<Place>(['headers', 'refusal']),
  latest: witness,
  earlier: optional(witness),
  silent: number,
  against: optional(number),
  passed: number,
});

const subject: Codec<Subject> = record<Subject>({
  dimension: oneOf(DIMENSIONS),
  windowMs: number,
});

const knownLimits: Codec<KnownLimits> = record<KnownLimits>({
  start: list(meteredLimit),
  inForce: list(meteredLimit),
  evidence: list(evidence),
  windows: list(subject),
});

const limitEstimates: Codec<LimitEstimates> = record<LimitEstimates>({
  measures: list(subject),
  estimates: list(limitEstimate),
});

const backoff: Codec<Backoff> = record<Backoff>({
  isGiven: flag,
  rate: record<AdaptiveLimit>(adaptiveLimitFields),
  strictness: oneOf<Tuning['strictness']>([0, 1, 2, 3]),
  ceiling: rateCeiling,
  recent: refusalShare,
  refusedAt: time,
  relaxedAt: time,
  relaxAfterMs: number,
});

export const chargeLearning: Codec<ChargeLearning> = record<ChargeLearning>({
  rule: optional(number),
  recorded: number,
  limit: number,
  used: list(number),
  sent: list(number),
  at: time,
  since: time,
  isWindow: flag,
  round: number,
  isAnchored: flag,
  candidate: number,
  fits: number,
  needed: number,
  mark: optional(record<ChargeMark>({ round: number, shown: number, used: list(number) })),
  alike: number,
  alikeNeeded: number,
  scores: list(number),
});

/** How a store keeps what a lane has learned: in memory, nobody needs it. */
export const learning: Codec<Learning> = record<Learning>({
  known: knownLimits,
  backoff,
  estimates: limitEstimates,
  concurrency,
  throughput,
  perSecond: perSecondHeaders,
  charge: chargeLearning,
  throttle: eventThrottle,
  strays,
  episode: optional(refusalEpisode),
  resumedAt: optional(time),
  answers: number,
  others: steadyShare,
  isNewsDue: flag,
  isNewsUrgent: flag,
  lowered: list(meteredLimit),
  toldLowered: list(subject),
});
