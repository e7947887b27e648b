/** Tokens of what isn't text, or isn't in the body: an image, a document, an earlier turn. */
export interface Rough {
  readonly roughTokens: number;
}

/**
 * One part of what a call costs: text, whose tokens are yet to be counted; a number of tokens that
 * is known (and may be negative, where a formula has a discount); or a rough number.
 *
 * The rules for an API turn a body into parts lazily, so that a huge body can be read in slices.
 */
export type Part = string | number | Rough;

export type Parts = Iterable<Part>;

export function rough(roughTokens: number): Rough {
  return { roughTokens };
}
