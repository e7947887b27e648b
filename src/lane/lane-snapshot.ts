import type { LaneRef } from '../events.ts';
import type { Limit, LimitSource } from '../model/limits.ts';
import type { TokenEstimate } from '../model/usage.ts';

/** The totals of a lane since it opened. */
export interface LaneTotals {
  /** Attempts that were sent. */
  readonly calls: number;
  /** Attempts that the provider refused because of a limit: 429 and the like. */
  readonly refused: number;
  /** Attempts that the provider refused because it was overloaded: 503, 529. */
  readonly overloaded: number;
  /** The length of all pauses that are over, in milliseconds. */
  readonly pausedMs: number;
  /** The estimated tokens of the calls in `actual`. */
  readonly estimated: TokenEstimate;
  /** The tokens of all calls whose response reported its usage. */
  readonly actual: TokenEstimate;
}

/** A limit in force, and how much of it is left, in units of its dimension. */
export interface LimitLevel extends Limit {
  /** Where the limit comes from. */
  readonly source: LimitSource;
  /**
   * How much may be used at once, after headroom: the rest of the burst, or of the window. It is never
   * more than the server seems to have left, and negative after calls used more than they reserved.
   */
  readonly level: number;
  /**
   * How much of `max` is left: at the server, if responses show it; else by the usage of this
   * limiter. Never negative.
   */
  readonly remaining: number;
}

/** The present state of a lane. */
export interface LaneSnapshot extends LaneRef {
  /** The limits in force. */
  readonly limits: readonly LimitLevel[];
  /** The greatest share of a limit, from 0 to 1, that others on the account seem to use. */
  readonly othersShare: number;
  /** The most calls in flight at a time; `Infinity` if they aren't limited. */
  readonly concurrency: number;
  /**
   * Waiting calls. They include calls that are being estimated, and calls that wait for the limits
   * of their caller's tier.
   */
  readonly queued: number;
  /** How many of the `queued` calls are still being estimated. */
  readonly estimating: number;
  /** Calls that were sent and have not ended. */
  readonly inFlight: number;
  /** The end of the pause, in whole milliseconds since the epoch; `undefined` if there is none. */
  readonly pausedUntil: number | undefined;
  /**
   * The expected time until the last waiting call goes, in milliseconds; 0 if none waits. `undefined`
   * while it can't be known: calls are being estimated, or no response has shown the limits yet.
   */
  readonly etaMs: number | undefined;
  /** Totals since the lane opened. */
  readonly totals: LaneTotals;
}

/** The present state of a lane in all processes that share it. */
export interface LaneStatus extends LaneSnapshot {
  /** The number of processes that share the lane, this one included. */
  readonly processes: number;
}
