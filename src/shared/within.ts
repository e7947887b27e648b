import type { Clock } from '../clock.ts';

/** Something took longer than it may; it may still happen. */
export class TimedOut extends Error {
  override readonly name = 'TimedOut';

  constructor(limitMs: number, options?: ErrorOptions) {
    super(`The store did not answer within ${limitMs} ms`, options);
  }
}

/** The wait is made of so many timers, so that one that is late is noticed. */
const SLICES = 4;
/** So many of them may be late and don't count: a process that is always late waits for so long. */
const LATE_SLICES = 8;

/**
 * What `work` comes to, unless it takes longer than `limitMs`: then it rejects with TimedOut. Time in
 * which this process was too busy to hear an answer doesn't count.
 */
export function within<T>(
  work: Promise<T>,
  limitMs: number,
  clock: Clock,
  isBackground?: boolean,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const sliceMs = limitMs / SLICES;
    let stop = (): void => {};
    const wait = (slices: number, lateSlices: number): void => {
      const due = clock.now() + sliceMs;
      const end = (): void => {
        const isLate = clock.now() > due + sliceMs / 2;
        if (isLate && lateSlices > 0) wait(slices, lateSlices - 1);
        else if (slices > 1) wait(slices - 1, lateSlices);
        else reject(new TimedOut(limitMs));
      };
      stop = clock.setTimeout(end, sliceMs, isBackground);
    };
    wait(SLICES, LATE_SLICES);
    work.finally(() => stop()).then(resolve, reject);
  });
}
