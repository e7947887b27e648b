import { byDimension, DIMENSIONS, type LimitSource, type Shape } from '../../model/limits.ts';
import { type Codec, flag, list, number, oneOf, optional, read, record, time } from '../codec.ts';
import type { PackedUse } from '../commands.ts';
import type { BucketSpec, BucketState } from './bucket.ts';
import type { BurstPolicy, ReadShape, Stage } from './burst-state.ts';
import type { BurstTrial } from './burst-trial.ts';
import type { BusySpell } from './busy-spell.ts';
import type { Forgiven, LimitMeter } from './limit-meter.ts';
import type { LimitPolicy } from './limit-policy.ts';
import type { LimitSet } from './limit-set.ts';
import type { LimitWindow, WindowEntry } from './limit-window.ts';
import type { MeteredLimit } from './metered-limit.ts';
import type { PastLimit } from './past-limits.ts';
import type { Renewal } from './renewal.ts';
import type { ServerBalance } from './server-balance.ts';
import type { Tuning } from './tuning.ts';
import type { UseSlot, WindowUse } from './window-use.ts';
import type { Zeros } from './zeros.ts';

/* How limits are packed. Loaded with a store, or when the first callers are idle. */

const STAGES: readonly Stage[] = [
  'known',
  'perSecond',
  'tryPerSecond',
  'tenSeconds',
  'tryTenSeconds',
];
const READ: readonly ReadShape[] = ['bucket', 'window'];
const SOURCES: readonly LimitSource[] = ['given', 'published', 'guess', 'headers', 'refusal'];

const bucketSpec: Codec<BucketSpec> = record<BucketSpec>({
  perMs: number,
  capacity: number,
  largest: number,
});

const bucketState: Codec<BucketState> = record<BucketState>({
  level: number,
  savings: number,
  at: time,
});

const burstTrial: Codec<BurstTrial> = record<BurstTrial>({
  since: time,
  last: time,
  heardAt: time,
  sent: number,
  answered: number,
  calls: number,
  ended: number,
  open: number,
  until: time,
  passed: number,
  phaseMs: optional(number),
  heldUntil: time,
});

const burstPolicy: Codec<BurstPolicy> = record<BurstPolicy>({
  isSeen: flag,
  readAs: optional(oneOf(READ)),
  second: burstTrial,
  ten: burstTrial,
  stage: oneOf(STAGES),
  others: number,
  isShort: flag,
});

const busySpell: Codec<BusySpell> = record<BusySpell>({ from: time, until: time });

export const limitWindow: Codec<LimitWindow> = record<LimitWindow>({
  max: number,
  spanMs: number,
  resolutionMs: number,
  entries: list(record<WindowEntry>({ at: time, cost: number })),
  openedAt: time,
  total: number,
});

const shape: Codec<Shape> = record<Shape>({
  enforcement: oneOf(['bucket', 'window', 'slices', 'fixed'] as const),
  burstSeconds: number,
  spreadMs: optional(number),
  isUnknown: optional(flag),
});

/** `'auto'` is written as null. */
const headroom: Codec<number | 'auto'> = {
  pack: (value, at) => (value === 'auto' ? null : number.pack(value, at)),
  unpack: (packed, at) => (packed === null ? 'auto' : number.unpack(packed, at)),
};

export const limitPolicy: Codec<LimitPolicy> = record<LimitPolicy>({
  shapes: record(byDimension(() => shape)),
  isShapeGiven: flag,
  headroom,
  correction: oneOf(['settled', 'never', 'unknown'] as const),
  slots: number,
});

export const meteredLimit: Codec<MeteredLimit> = record<MeteredLimit>({
  dimension: oneOf(DIMENSIONS),
  max: number,
  windowMs: number,
  source: oneOf(SOURCES),
});

const renewal: Codec<Renewal> = record<Renewal>({
  resetAt: time,
  taken: number,
  renewedAt: time,
  mayExceed: flag,
  given: number,
});

const serverBalance: Codec<ServerBalance> = record<ServerBalance>({
  limit: number,
  windowMs: number,
  headroom: number,
  level: number,
  at: time,
  othersPerMs: number,
  unexplained: number,
  learnedAt: time,
});

export const tuning: Codec<Tuning> = record<Tuning>({
  rateShare: number,
  strictness: oneOf([0, 1, 2, 3] as const),
});

const windowUse: Codec<WindowUse> = record<WindowUse>({
  slotMs: number,
  slots: list(record<UseSlot>({ from: time, cost: number })),
  since: time,
  fittedAt: time,
  before: number,
  present: number,
});

const zeros: Codec<Zeros> = record<Zeros>({ count: number, at: time });

export const limitMeter: Codec<LimitMeter> = record<LimitMeter>({
  limit: meteredLimit,
  burst: burstPolicy,
  spec: bucketSpec,
  bucket: bucketState,
  windows: list(limitWindow),
  balance: optional(serverBalance),
  shown: number,
  isDoubtful: flag,
  isLastOdd: flag,
  renewal,
  zeros,
  owedAt: time,
  forgiven: record<Forgiven>({ amount: number, at: time }),
  use: windowUse,
  busy: busySpell,
});

const pastLimits: Codec<PastLimit[]> = list(record<PastLimit>({ meter: limitMeter, until: time }));

export const limitSet: Codec<LimitSet> = record<LimitSet>({
  meters: list(limitMeter),
  past: pastLimits,
  policy: limitPolicy,
  tuning,
  share: number,
  taken: record(byDimension(() => number)),
});

/** What a process has told of limits; `undefined` where that can't be read. */
export function readUse({ limits, at }: PackedUse): LimitSet | undefined {
  return read(limitSet, limits, at);
}
