import type { Mark } from './mark.ts';

/** Tokens of what isn't text, or isn't in the body: an image, a document, an earlier turn. */
export interface Rough {
  readonly roughTokens: number;
}

/** What was cut short: all that came since a mark stands for so many times as much. */
export interface Extrapolation {
  readonly since: Mark;
  readonly times: number;
}

/**
 * One part of what a call costs: text, whose tokens are yet to be counted; a number of tokens that
 * is known (and may be negative, where a formula has a discount); a rough number; or a place that an
 * extrapolation refers to.
 *
 * The rules for an API turn a body into parts lazily, so that a huge body can be read in slices: no
 * rule does more between two parts than takes a few microseconds. Where it finds nothing to count
 * for so long, `PAUSE` is the next part.
 */
export type Part = string | number | Rough | Mark | Extrapolation;

export type Parts = Iterable<Part>;

/** A part that costs nothing. */
export const PAUSE: Part = 0;

export function rough(roughTokens: number): Rough {
  return { roughTokens };
}

/**
 * Of what came since a mark, only this share was read.
 *
 * @param share - more than 0 and less than 1; with 0 there is nothing to go by
 */
export function* extrapolated(since: Mark, share: number): Generator<Part> {
  if (share < 1) yield share > 0 ? { since, times: 1 / share } : rough(0);
}
