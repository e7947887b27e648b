import type { Clock } from '../clock.ts';

/** Waits until the clock shows `instant`; rejects with the signal's reason when it aborts. */
export function sleepUntil(clock: Clock, instant: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const delayMs = instant - clock.now();
    if (delayMs <= 0) return resolve();
    const stop = () => {
      cancel();
      reject(signal.reason);
    };
    const cancel = clock.setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, delayMs);
    signal.addEventListener('abort', stop, { once: true });
  });
}
