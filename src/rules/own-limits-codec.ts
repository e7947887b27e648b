import { type Codec, list, number, record, time } from './codec.ts';
import { limitMeter, limitPolicy, limitSet } from './limits/limits-codec.ts';
import type { OwnLimits, PastOwnLimit } from './own-limits.ts';

const pastLimit: Codec<PastOwnLimit> = record<PastOwnLimit>({
  meter: limitMeter,
  policy: limitPolicy,
  since: time,
  until: time,
});

export const ownLimits: Codec<OwnLimits> = record<OwnLimits>({
  limits: limitSet,
  since: list(time),
  past: list(pastLimit),
  concurrency: number,
  inFlight: number,
});
