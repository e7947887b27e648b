import { TimedOut } from '../shared/within.ts';
import { replyCode } from './reply.ts';

/** Nothing could be sent. */
export class NotConnected extends Error {
  override readonly name = 'NotConnected';
}

/**
 * - `refused`: nothing has run, and it may be tried again;
 * - `silent`: there is no use in asking on, and the script may have run;
 * - `cut`: the connection broke before the answer, and the script may have run;
 * - `script`: the server is well; what it was asked to do failed.
 */
export type Failure = 'refused' | 'silent' | 'cut' | 'script';

/** What a server answers that can't serve now, before a script has changed anything. */
const REFUSALS: ReadonlySet<string | undefined> = new Set([
  'ASK',
  'BUSY',
  'CLUSTERDOWN',
  'LOADING',
  'MASTERDOWN',
  'MISCONF',
  'MOVED',
  'NOREPLICAS',
  'READONLY',
  'TRYAGAIN',
]);

/** What a failure means for the next attempt. */
export function failureOf(error: unknown): Failure {
  if (error instanceof NotConnected) return 'refused';
  const code = replyCode(error);
  if (REFUSALS.has(code)) return 'refused';
  // A server that is out of memory may refuse the second of a script's writes.
  if (error instanceof TimedOut || code === 'OOM') return 'silent';
  return code === undefined ? 'cut' : 'script';
}
