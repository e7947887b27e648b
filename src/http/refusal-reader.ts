import type { ErrorResponse, Refusal } from '../model/refusal.ts';
import type { BodyFailure } from './body-failure.ts';
import { readErrorBody } from './error-body.ts';
import { statusOf } from './failure-status.ts';
import { classify } from './refusal.ts';
import { isWaitName } from './wait-headers.ts';

/** No provider needs more characters to say why it refuses a call. */
const MOST_WORDS = 500;

/** A refusal, and who says it how. */
export interface ReadRefusal {
  readonly refusal: Refusal;
  readonly status: number;
  /** The provider's own words, for whoever looks for the cause. */
  readonly words: string;
}

/** What an error response refuses; `undefined` where it isn't about limits. Never throws. */
export function refusalIn(response: ErrorResponse): ReadRefusal | undefined {
  const { status, body } = response;
  const refusal = classify(response);
  if (refusal === undefined) return undefined;
  return { refusal, status, words: readErrorBody(body).message.slice(0, MOST_WORDS) };
}

/** The same of an error in the body of a success, whose headers say nothing of it. */
export function refusalInBody(
  failure: BodyFailure,
  { headers, now }: Pick<ErrorResponse, 'headers' | 'now'>,
): ReadRefusal | undefined {
  return refusalIn({ ...asResponse(failure), headers: withoutWait(headers), now });
}

/** The error response that a host would have sent, had it not sent 200: its status, and JSON text. */
export function asResponse({ error }: BodyFailure): Pick<ErrorResponse, 'status' | 'body'> {
  return { status: statusOf(error), body: JSON.stringify({ error }) };
}

/** Hosts send `retry-after` with successes too, and mean nothing by it. */
function withoutWait(headers: Headers): Headers {
  return new Headers([...headers].filter(([name]) => !isWaitName(name)));
}
