/** Assumed tokens of what isn't text or isn't in the body: an image, a document, an earlier turn. */
export interface Rough {
  readonly roughTokens: number;
  /** Only the server knows what it is: the number is a guess, and may not reject a call. */
  readonly isOpen?: boolean | undefined;
}

/** Text of which a model makes more tokens, or fewer, than of other text of its script. */
export interface ScaledText {
  readonly text: string;
  readonly times: number;
}

/**
 * One part of what a call costs: text, whose tokens are still to be counted; a known number of
 * tokens (negative for a discount in a formula); or a rough number.
 *
 * The rules of an API turn a body into parts lazily, so that counting can take turns: except for
 * writing a value as JSON, no rule works longer than some microseconds between two parts. `PAUSE` is
 * a part that only ends a turn.
 */
export type Part = string | number | Rough | ScaledText;

export type Parts = Iterable<Part>;

/** A part that costs nothing. */
export const PAUSE: Part = 0;

export function rough(roughTokens: number): Rough {
  return { roughTokens };
}

/** What isn't in the body, and only the server knows. */
export function hidden(roughTokens: number): Rough {
  return { roughTokens, isOpen: true };
}

export function scaled(text: string, times: number): Part {
  return times === 1 ? text : { text, times };
}
