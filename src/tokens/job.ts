/**
 * Work that can be done a little at a time. It is measured in units of about 10 ns, so that how
 * much is done at a stretch doesn't depend on reading a clock.
 */
export interface Job {
  readonly done: boolean;
  /** Does about `budget` units of work, or all that is left, and returns what it did. */
  step(budget: number): number;
}
