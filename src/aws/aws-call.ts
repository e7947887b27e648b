import type { CallAttempts } from '../fetch/fetch-call.ts';

/** One call of a user, through all of its attempts. */
export interface AwsCall {
  readonly signal: AbortSignal | undefined;
  readonly attempts: CallAttempts;
  /** Why it has failed for good: nothing that the client may repeat. */
  failure?: { readonly error: unknown };
}

/** Where a call is kept on its way through the client. */
export const CALL: unique symbol = Symbol('call');
