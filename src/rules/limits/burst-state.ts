import { type BurstTrial, newBurstTrial } from './burst-trial.ts';
import type { MeteredLimit } from './metered-limit.ts';

/**
 * What the pace of a limit is based on. A host may enforce a limit more finely than it states it: by
 * the second, or as a bucket that holds ten seconds of it. Where that isn't known, a burst tries it.
 *
 * - `known`: nothing has to be tried.
 * - `perSecond`: the limit counts by the second. `tryPerSecond`: whether it does is on trial.
 * - `tenSeconds`: its bucket holds ten seconds. `tryTenSeconds`: whether it does is on trial.
 */
export type Stage = 'known' | 'perSecond' | 'tryPerSecond' | 'tenSeconds' | 'tryTenSeconds';

/** How the resets that responses state are to be read. */
export type ReadShape = 'bucket' | 'window';

/** What was learned about the burst that one limit allows. */
export interface BurstPolicy {
  /** Whether a response has shown what the server has left. */
  isSeen: boolean;
  readAs: ReadShape | undefined;
  /** Whether the server counts by the second, and whether its bucket holds ten seconds only. */
  second: BurstTrial;
  ten: BurstTrial;
  /** What the present pace is based on. */
  stage: Stage;
  /** The share of the limit that others use. */
  others: number;
  /** Calls were refused with much of the limit left: to follow what is left is not enough. */
  isShort: boolean;
}

/** A limit, and what was learned about its burst. */
export interface PacedLimit {
  limit: MeteredLimit;
  burst: BurstPolicy;
}

export function newBurstPolicy(): BurstPolicy {
  const trials = { second: newBurstTrial(), ten: newBurstTrial(), stage: 'known' } as const;
  return { isSeen: false, readAs: undefined, ...trials, others: 0, isShort: false };
}
