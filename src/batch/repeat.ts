import type { Clock } from '../clock.ts';
import { HeadroomError } from '../errors.ts';

/** Our errors after which another try may succeed. */
const PASSING: readonly string[] = ['rate_limit_exceeded', 'queue_full', 'store_unavailable'];
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 8000;

/** Whether no repetition helps: also where an SDK's stream helper has wrapped our error in its own. */
export function isPermanent(error: unknown): boolean {
  if (error instanceof HeadroomError) return !PASSING.includes(error.code);
  return error instanceof Error && error.cause instanceof HeadroomError && isPermanent(error.cause);
}

/** Before the repetition after that many failures. */
export function repeatAfterMs(failures: number): number {
  return Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (failures - 1));
}

/** Resolves after that time; rejects with the signal's reason when that aborts first. */
export function rest(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      cancel();
      reject(signal.reason);
    };
    const cancel = clock.setTimeout(() => {
      signal.removeEventListener('abort', abort);
      resolve();
    }, ms);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
}
