import type { LaneRef } from '../events.ts';
import type { Limit, LimitSource } from '../model/limits.ts';
import type { TokenEstimate } from '../model/usage.ts';

/** What a lane has done since it opened. */
export interface LaneTotals {
  /** Attempts let through. */
  readonly calls: number;
  /** Attempts that the provider refused because of a limit: 429 and its kin. */
  readonly refused: number;
  /** Attempts that it refused because it was overloaded: 503, 529. */
  readonly overloaded: number;
  /** For how long it was stopped, in all, by pauses that are over. */
  readonly pausedMs: number;
  /** Tokens of the calls whose response said what it used: expected, and used. */
  readonly estimated: TokenEstimate;
  readonly actual: TokenEstimate;
}

/** A limit in force, and what is left of it, in units of its dimension. */
export interface LimitLevel extends Limit {
  readonly source: LimitSource;
  /**
   * What may be used at once: of the burst, or, of a limit that is kept as a window, of the window.
   * Headroom is taken off, what the server is believed to have left is the most, and in debt it is
   * negative.
   */
  readonly level: number;
  /**
   * What is left of `max` itself: what the server is believed to have, where responses show that;
   * else what was not used here. Never negative.
   */
  readonly remaining: number;
}

/** A lane as it is now. */
export interface LaneSnapshot extends LaneRef {
  /** The limits in force. */
  readonly limits: readonly LimitLevel[];
  /** The greatest share of a limit, from 0 to 1, that others use, as far as responses tell. */
  readonly othersShare: number;
  /** The most calls in flight at a time; `Infinity` where they aren't limited. */
  readonly concurrency: number;
  /**
   * Calls that wait for their turn; also those that are being estimated, and those of callers whose
   * own limits hold them back.
   */
  readonly queued: number;
  /** Of `queued`, those that are being estimated: until then, nobody knows what they cost. */
  readonly estimating: number;
  /** Calls that were let through and have not ended. */
  readonly inFlight: number;
  /** In whole milliseconds since the epoch; `undefined` where the lane isn't paused. */
  readonly pausedUntil: number | undefined;
  /**
   * Milliseconds until the last waiting call is expected to go. 0 where none waits; `undefined` as
   * long as nobody knows: while calls are being estimated, or where no response has told yet.
   */
  readonly etaMs: number | undefined;
  readonly totals: LaneTotals;
}

/** A lane as it is now in all processes that share it. */
export interface LaneStatus extends LaneSnapshot {
  /** How many share it, this one included. */
  readonly processes: number;
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
