import type { Script } from './tokens-by-script.ts';

/** What a piece of text came to, its tokens and its script, in one number that is never 0. */
export type Counted = number;

const SCRIPT_BITS = 3;

export function packed(tokens: number, script: Script): Counted {
  return (tokens << SCRIPT_BITS) | script;
}

export function tokensOf(counted: Counted): number {
  return counted >> SCRIPT_BITS;
}

export function scriptIn(counted: Counted): number {
  return counted & (2 ** SCRIPT_BITS - 1);
}
