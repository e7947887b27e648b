import type { Script } from './tokens-by-script.ts';

/** What a piece of text came to, its tokens and its script, in one number that is never 0. */
export type PackedCount = number;

const SCRIPT_BITS = 3;

export function packed(tokens: number, script: Script): PackedCount {
  return (tokens << SCRIPT_BITS) | script;
}

export function tokensOf(counted: PackedCount): number {
  return counted >> SCRIPT_BITS;
}

export function scriptIn(counted: PackedCount): number {
  return counted & (2 ** SCRIPT_BITS - 1);
}
