/**
 * FNV-1a (Fowler, Noll, Vo: 1991) in 32 bits, of words instead of bytes: tells values apart, and is
 * too short to tell anything about one.
 */
export const FNV_START = 0x811c9dc5;
export const FNV_PRIME = 0x01000193;

/** The hash with one word more; `>>> 0` makes it a positive number. */
export function fnvWith(hash: number, word: number): number {
  return Math.imul(hash ^ word, FNV_PRIME);
}

/** The hash of a text. */
export function numberOfText(text: string): number {
  let hash = FNV_START;
  for (let at = 0; at < text.length; at++) hash = fnvWith(hash, text.charCodeAt(at));
  return hash >>> 0;
}
