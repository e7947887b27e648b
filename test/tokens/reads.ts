import type { Parts } from '../../src/tokens/part.ts';

/** Counts what is read of a value. */
export interface Reads {
  count: number;
}

/** The value, where each read of a property, at any depth, is counted. */
export function watched<Value extends object>(value: Value, reads: Reads): Value {
  return new Proxy(value, {
    get(target, key) {
      reads.count += 1;
      const found: unknown = Reflect.get(target, key);
      return typeof found === 'object' && found !== null ? watched(found, reads) : found;
    },
  });
}

/** The most that is read between two parts: what is done without the event loop having its turn. */
export function longestRead(partsOf: (reads: Reads) => Parts): number {
  const reads = { count: 0 };
  let longest = 0;
  let before = 0;
  for (const _part of partsOf(reads)) {
    longest = Math.max(longest, reads.count - before);
    before = reads.count;
  }
  return Math.max(longest, reads.count - before);
}
