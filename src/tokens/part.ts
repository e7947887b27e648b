/** Assumed tokens of what isn't text or isn't in the body: an image, a document, an earlier turn. */
export interface Rough {
  readonly roughTokens: number;
}

/**
 * One part of what a call costs: text, whose tokens are still to be counted; a known number of
 * tokens (negative for a discount in a formula); or a rough number.
 *
 * The rules of an API turn a body into parts lazily, so that counting can take turns: except for
 * writing a value as JSON, no rule works longer than some microseconds between two parts. `PAUSE` is
 * a part that only ends a turn.
 */
export type Part = string | number | Rough;

export type Parts = Iterable<Part>;

/** A part that costs nothing. */
export const PAUSE: Part = 0;

export function rough(roughTokens: number): Rough {
  return { roughTokens };
}
