import type { Cost } from './limits.ts';

/** A call that a store has let through. */
export interface Grant {
  /** Which of the candidates. */
  readonly index: number;
  readonly at: number;
  readonly epoch: number;
  /** All that the lane has let through, this call included. */
  readonly taken: Cost;
}

/** What was taken of a limit while the store was lost. */
export interface Used {
  /** What has not come back since: of a bucket. */
  readonly level: number;
  /** All of it: of a window. */
  readonly total: number;
}

/** What is left of a caller's limits, by their ids. */
export type Allotment = Readonly<Record<string, Left>>;

export interface Left {
  readonly level: number;
  /** Until all of it is there again. */
  readonly resetMs: number;
}

/** How a call has ended. */
export interface ReservationEnd {
  /** What it has cost, of the lane's limits. */
  readonly actual: Cost;
  /** What of it is its caller's. */
  readonly own: Cost;
  /** False where the provider said nothing. */
  readonly wasAnswered: boolean;
}
