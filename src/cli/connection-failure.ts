import { HeadroomError } from '../errors.ts';
import { field } from '../model/json.ts';
import { CommandError } from './exit-code.ts';

/** Causes lie in causes: the SDK's error, that of `fetch`, and the system's. */
const DEEPEST = 5;

/** An answer has begun, and broke off: neither SDK has an error for that. */
export class ConnectionLost extends Error {}

/** The host answers, but no call goes well. */
export class HostDown extends Error {}

/** What has happened to a connection, in a few words. */
export function whatFailed(error: Error): string {
  if (error instanceof HostDown) return 'The host is down';
  return error instanceof ConnectionLost ? 'A connection has failed' : "The host can't be reached";
}

/** Both SDKs' errors without a status, but their users' own aborts. */
export function isConnectionFailure(error: unknown): error is Error {
  if (!(error instanceof Error) || error instanceof HeadroomError) return false;
  if (error instanceof CommandError) return false;
  return error instanceof HostDown || /Connection/.test(error.constructor.name);
}

/** Whether a connection failure is about the host. One that took too long, or broke off, may be about the call. */
export function isOutage(error: Error): boolean {
  if (error instanceof HostDown) return true;
  return !(error instanceof ConnectionLost) && !/Timeout/.test(error.constructor.name);
}

/**
 * What an error says, and its deepest cause: the SDK's own text names neither host nor reason.
 *
 * @example
 * reasonOf(error) // 'Connection error (connect ECONNREFUSED 127.0.0.1:8080)'
 */
export function reasonOf(error: Error): string {
  let cause: unknown;
  let next: unknown = error.cause;
  for (let depth = 0; depth < DEEPEST && next !== undefined && next !== null; depth++) {
    cause = next;
    next = field(next, 'cause');
  }
  const said = error.message.replace(/\.$/, '');
  return cause instanceof Error && cause.message !== '' ? `${said} (${cause.message})` : said;
}
