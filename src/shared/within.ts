import type { Clock } from '../clock.ts';

/** Something took longer than it may; it may still happen. */
export class TimedOut extends Error {
  override readonly name = 'TimedOut';

  constructor(limitMs: number) {
    super(`The store did not answer within ${limitMs} ms`);
  }
}

/** What `work` comes to, unless it takes longer than `limitMs`: then it rejects with TimedOut. */
export function within<T>(
  work: Promise<T>,
  limitMs: number,
  clock: Clock,
  isBackground?: boolean,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = clock.setTimeout(() => reject(new TimedOut(limitMs)), limitMs, isBackground);
    work.finally(stop).then(resolve, reject);
  });
}
