/** A list, or the properties of an object, of which so many have been begun. */
export interface Level {
  readonly length: number;
  begun: number;
}

/**
 * Which share of a value has been read, the outermost level first; in each but the last, one is not
 * read to its end.
 */
export function shareRead(levels: readonly Level[]): number {
  return levels.reduceRight((inner, { begun, length }, depth) => {
    const isLast = depth === levels.length - 1;
    return (isLast ? begun : begun - 1 + inner) / Math.max(1, length);
  }, 0);
}
