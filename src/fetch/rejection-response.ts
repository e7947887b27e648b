import { BudgetSpent, CallTooLarge, type HeadroomError, QueueFull } from '../errors.ts';
import { RateLimitExceeded } from '../rate-limit-exceeded.ts';

/** What a call's client sees if the limiter itself can't do its work. */
const UNAVAILABLE = 503;

/**
 * The response that stands for a rejection: 413 for a call that can never pass, 402 where money is
 * spent, 429 with `retry-after` for one that would wait too long, else 503. Its body has the form of
 * OpenAI's and Anthropic's errors. `x-should-retry: false` keeps their SDKs from trying again.
 */
export function rejectionResponse(error: HeadroomError): Response {
  const { code, message } = error;
  const body = { type: 'error', error: { type: code, code, message, param: null } };
  const headers = new Headers({ 'content-type': 'application/json', 'x-should-retry': 'false' });
  const told = error instanceof RateLimitExceeded ? error.toResponse().headers : [];
  for (const [name, value] of told) headers.set(name, value);
  return new Response(JSON.stringify(body), { status: statusOf(error), headers });
}

function statusOf(error: HeadroomError): number {
  if (error instanceof CallTooLarge) return 413;
  if (error instanceof BudgetSpent) return 402;
  const isLimit = error instanceof RateLimitExceeded || error instanceof QueueFull;
  return isLimit ? 429 : UNAVAILABLE;
}
