import type { Part } from './part.ts';
import { slicesOf } from './text-slices.ts';

/** What a vocabulary with a token for each digit has beyond `o200k_base`, which takes up to three at once. */
export function* digitTokens(text: string): Generator<Part> {
  for (const slice of slicesOf(text)) yield digitsBeyond(slice);
}

function digitsBeyond(text: string): number {
  let tokens = 0;
  for (const [digits] of text.matchAll(/\d{1,63}/g)) {
    tokens += digits.length - Math.ceil(digits.length / 3);
  }
  return tokens;
}
