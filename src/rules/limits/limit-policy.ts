import { type Correction, type Dimension, isUpstream, type Shape } from '../../model/limits.ts';
import type { Tuning } from './tuning.ts';

/** How the limits of a lane are kept. */
export interface LimitPolicy {
  /** How the server is believed to enforce the limits of each dimension. */
  readonly shapes: Readonly<Record<Dimension, Shape>>;
  /** The user gave the shapes: their bursts need no proof. */
  readonly isShapeGiven: boolean;
  /** The unused share of each limit. `'auto'`: as little as possible without refusals. */
  readonly headroom: number | 'auto';
  readonly correction: Correction;
  /**
   * Slots into which a trailing window is divided, so that a shared value stays small. 0: exact, up
   * to 4,096 entries.
   */
  readonly slots: number;
}

/** What the pace of each limit depends on, besides the limit itself. */
export interface PaceTerms {
  readonly policy: LimitPolicy;
  readonly tuning: Tuning;
  /** The part of each limit that may be used here, above 0 and up to 1. */
  readonly share: number;
}

/** The headroom of a dimension. A limit in dollars is the user's own and is used up entirely. */
export function headroomOf(policy: LimitPolicy, dimension: Dimension): number | 'auto' {
  return isUpstream({ dimension }) ? policy.headroom : 0;
}
