/**
 * Meters one limit: so much in so long. Pure arithmetic on the instants it is given, which never go
 * backwards; milliseconds throughout.
 */
export interface Meter {
  /** Counted against the limit at `now`. More than the limit where a call has overdrawn it. */
  used(now: number): number;
  /** The wait until `amount` passes, if nothing else comes: 0 now, `Infinity` never. */
  waitMs(amount: number, now: number): number;
  /** The wait until nothing is counted against the limit any more. */
  resetMs(now: number): number;
  /** Counts `amount`, whether it fits or not. */
  take(amount: number, now: number): void;
  /** Gives back `amount` of what was taken at `takenAt`, where it is still counted. */
  refund(amount: number, takenAt: number, now: number): void;
  /** Changes the limit; what was used stays used. */
  resize(limit: number, now: number): void;
}
