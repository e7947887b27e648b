import { DIMENSIONS } from '../../model/limits.ts';
import {
  type Codec,
  cost,
  type Fields,
  flag,
  list,
  number,
  oneOf,
  optional,
  record,
  time,
} from '../codec.ts';
import type { Tuning } from '../limits/tuning.ts';
import type { AdaptiveLimit } from './adaptive-limit.ts';
import type { FirstRefusal, Followers } from './followers.ts';
import type { Futility, HigherRate } from './futility.ts';
import type { LimitEstimate } from './limit-estimate.ts';
import type { ProbeSchedule } from './probe-schedule.ts';
import type { RefusalShare } from './refusal-share.ts';
import type { Strays } from './strays.ts';
import type { Carelessness, CountedCalls, Trial } from './trial.ts';

/* How a store keeps what lanes have tried, and what came of it. */

export const adaptiveLimitFields: Fields<AdaptiveLimit> = {
  limit: number,
  most: number,
  isRamping: flag,
  changedAt: time,
};

export const probeSchedule: Codec<ProbeSchedule> = record<ProbeSchedule>({
  waitMs: number,
  since: time,
  callsWanted: number,
  calls: number,
});

export const limitEstimate: Codec<LimitEstimate> = record<LimitEstimate>({
  dimension: oneOf(DIMENSIONS),
  windowMs: number,
  ...adaptiveLimitFields,
  ceiling: number,
  probes: probeSchedule,
});

export const refusalShare: Codec<RefusalShare> = record<RefusalShare>({
  calls: number,
  refused: number,
  at: time,
});

const followers: Codec<Followers> = record<Followers>({
  firsts: list(record<FirstRefusal>({ epoch: number, order: number, cost })),
  passed: number,
  refused: number,
});

const counted: Codec<CountedCalls> = record<CountedCalls>({ calls: number, refused: number });

const carelessness: Codec<Carelessness> = record<Carelessness>({
  rate: record<AdaptiveLimit>(adaptiveLimitFields),
  strictness: oneOf<Tuning['strictness']>([0, 1, 2, 3]),
  estimates: list(limitEstimate),
  inFlight: number,
  wasRefused: flag,
});

const futility: Codec<Futility> = record<Futility>({
  passed: number,
  at: time,
  refusedAt: time,
  higher: optional(
    record<HigherRate>({
      passed: number,
      calls: counted,
      before: carelessness,
      lower: counted,
      isLower: flag,
    }),
  ),
  needed: number,
});

const trial: Codec<Trial> = record<Trial>({
  before: carelessness,
  startedAt: time,
  above: counted,
  below: counted,
  isBelow: flag,
  isLowered: flag,
  steps: number,
  lowered: list(limitEstimate),
  hadPattern: flag,
  since: time,
});

export const strays: Codec<Strays> = record<Strays>({
  followers,
  recent: refusalShare,
  run: number,
  ranAt: time,
  isLone: flag,
  since: time,
  refusedAt: time,
  refutedUntil: time,
  need: number,
  trial: optional(trial),
  futility,
  expected: number,
});
