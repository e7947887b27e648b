import { field } from '../model/json.ts';
import { isPassing, saysMoney } from './vendor.ts';

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
  return FATAL.includes(field(error, 'status')) || isMoney(error);
}

/** Whether no batch goes before somebody pays. SDKs keep a body, or what is in its `error`. */
export function isMoney(error: unknown): boolean {
  const said = field(error, 'error');
  return saysMoney(said) || saysMoney({ error: said });
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
