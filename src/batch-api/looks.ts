import { field } from '../model/json.ts';
import { isPassing } from './vendor.ts';

/** Between looks: the documentation's examples look once a minute. */
const FIRST_LOOK_MS = 5_000;
const LONGEST_MS = 60_000;
const LONGER = 1.5;
/** Stops everything: the key, the account, or a host without such an API. */
const FATAL: readonly unknown[] = [401, 402, 403, 404, 405];

/** Longer after each look. */
export function lookAfterMs(looks: number): number {
  return Math.min(LONGEST_MS, FIRST_LOOK_MS * LONGER ** looks);
}

/** Whether an error is about more than one batch. */
export function isFatal(error: unknown): boolean {
  return FATAL.includes(field(error, 'status'));
}

/** Whether a status says that nothing was submitted. */
export function isSaid(status: unknown): status is number {
  return typeof status === 'number' && !isPassing(status);
}

/** @throws the error, unless it says that there is no such batch */
export function goneOr(error: unknown): { readonly kind: 'gone' } {
  if (field(error, 'status') === 404) return { kind: 'gone' };
  throw error;
}
