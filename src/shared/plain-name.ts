import { numberOfText } from '../model/fnv.ts';

/** In UTF-8, a unit has three bytes at most: shorter than any key of an index may be. */
const LONGEST = 500;
/** A zero, and halves of pairs. */
const UNFIT = /\0|\p{Surrogate}/gu;

/**
 * The name of a cell, for servers that don't take every text for a name. Models may be called anything:
 * one name that a server refuses would make the whole store look lost.
 */
export function plainName(name: string): string {
  const fit = name.replace(UNFIT, (char) => `%${char.charCodeAt(0).toString(16)}`);
  if (fit.length <= LONGEST) return fit;
  const digests = [name, name.slice(0, name.length / 2)].map(numberOfText);
  const start = fit.slice(0, LONGEST / 2).replace(UNFIT, '');
  return [start, name.length, ...digests].join('%');
}
