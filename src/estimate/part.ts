/**
 * One part of what a call costs: text, whose tokens are yet to be counted, or a number of tokens
 * that is known (and may be negative, where a formula has a discount).
 *
 * The rules for an API turn a body into parts lazily, so that a huge body can be read in slices.
 */
export type Part = string | number;

export type Parts = Iterable<Part>;
