import type { LaneRef } from '../events.ts';
import type { Limit, LimitSource } from '../limits.ts';
import type { TokenEstimate } from '../providers/provider.ts';

/** What a lane has done since it opened. */
export interface LaneTotals {
  /** Attempts let through. */
  readonly calls: number;
  /** Attempts that the provider refused because of a limit: 429 and its kin. */
  readonly refused: number;
  /** Attempts that it refused because it was overloaded: 503, 529. */
  readonly overloaded: number;
  readonly pausedMs: number;
  /** Tokens of the calls whose response said what it used: expected, and used. */
  readonly estimated: TokenEstimate;
  readonly actual: TokenEstimate;
}

/** A lane as it is now. */
export interface LaneSnapshot extends LaneRef {
  /** The limits in force, where each comes from, and what is left of it; negative in debt. */
  readonly limits: readonly (Limit & { readonly source: LimitSource; readonly level: number })[];
  /** The share of a limit that others on the same account use, as far as responses tell. */
  readonly othersShare: number;
  readonly concurrency: number;
  readonly queued: number;
  readonly inFlight: number;
  /** Milliseconds since the epoch. */
  readonly pausedUntil: number | undefined;
  /** Until the last waiting call is expected to go; 0 where none waits. */
  readonly etaMs: number;
  readonly totals: LaneTotals;
}

const NO_TOKENS: TokenEstimate = { inputTokens: 0, outputTokens: 0 };

export const NO_TOTALS: LaneTotals = {
  calls: 0,
  refused: 0,
  overloaded: 0,
  pausedMs: 0,
  estimated: NO_TOKENS,
  actual: NO_TOKENS,
};

/** The totals with one more call whose use is known. */
export function withUse(
  totals: LaneTotals,
  estimated: TokenEstimate,
  actual: TokenEstimate,
): LaneTotals {
  return {
    ...totals,
    estimated: sum(totals.estimated, estimated),
    actual: sum(totals.actual, actual),
  };
}

function sum(one: TokenEstimate, other: TokenEstimate): TokenEstimate {
  return {
    inputTokens: one.inputTokens + other.inputTokens,
    outputTokens: one.outputTokens + other.outputTokens,
  };
}
