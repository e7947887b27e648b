import { dateOf, wholeMs } from './duration.ts';
import { type ErrorBody, type ErrorCode, HeadroomError } from './errors.ts';
import type { Reason } from './model/reason.ts';
import type { ProviderRefusal } from './provider-refusal.ts';

/** The body that tells somebody else's client of a limit. */
export interface RateLimitBody extends ErrorBody {
  readonly error: 'rate_limit_exceeded';
  /** Rounded up; `null` where nobody knows when. */
  readonly retry_after_seconds: number | null;
  readonly limit: number | null;
  readonly remaining: number | null;
  /** RFC 3339; `null` where nobody knows when. */
  readonly reset_at: string | null;
}

/** A call that would have to wait longer than it may. */
export class RateLimitExceeded extends HeadroomError {
  protected static override readonly code: ErrorCode = 'rate_limit_exceeded';
  override readonly name = 'RateLimitExceeded';
  /** What it would wait for, or has waited for. */
  readonly reason: Reason;
  /**
   * Until it could go, in whole milliseconds: a prediction, never 0. Where nobody knows how long
   * that takes, it is as long as calls have lately been in flight, a second at most.
   */
  readonly waitMs: number;
  /**
   * The limit that holds it back, before headroom: an amount of `reason` in its window, or calls in
   * flight; in a pause the scarcest of the lane's. `undefined` where none is known.
   */
  readonly limit: number | undefined;
  /** What is left of `limit` beside what waits already, rounded down (not in `usd`); never negative. */
  readonly remaining: number | undefined;
  /**
   * When this call could go, in whole milliseconds since the epoch: `waitMs` from now. (The
   * `resetAt` of an `Allowance` is when all of a limit is there again.)
   */
  readonly resetAt: number;

  constructor(evidence: {
    message: string;
    reason: Reason;
    waitMs: number;
    limit?: number | undefined;
    remaining?: number | undefined;
    resetAt: number;
    /** The refusal that has stopped the lane. */
    cause?: ProviderRefusal | undefined;
  }) {
    const { cause } = evidence;
    super('rate_limit_exceeded', evidence.message, cause && { cause });
    this.reason = evidence.reason;
    this.waitMs = wholeMs(evidence.waitMs);
    this.limit = evidence.limit;
    this.remaining = evidence.remaining;
    this.resetAt = Math.ceil(evidence.resetAt);
  }

  /** The body of a 429 for a caller of your own; `JSON.stringify` uses it. */
  override toJSON(): RateLimitBody {
    return {
      error: 'rate_limit_exceeded',
      message: this.message,
      retry_after_seconds: finite(Math.ceil(this.waitMs / 1000)),
      limit: this.limit ?? null,
      remaining: this.remaining ?? null,
      reset_at: dateOf(this.resetAt),
    };
  }

  /**
   * A whole 429 response with that body, `Retry-After` and `X-RateLimit-*` headers, as far as their
   * numbers are known.
   *
   * @example
   * app.onError((error, context) => {
   *   if (error instanceof RateLimitExceeded) return error.toResponse();
   *   return context.text('Internal error', 500);
   * });
   */
  toResponse(): Response {
    const body = this.toJSON();
    const headers = new Headers({ 'content-type': 'application/json' });
    const numbers = {
      'retry-after': body.retry_after_seconds,
      'x-ratelimit-limit': body.limit,
      'x-ratelimit-remaining': body.remaining,
      'x-ratelimit-reset': finite(Math.ceil(this.resetAt / 1000)),
    };
    for (const [name, value] of Object.entries(numbers)) {
      if (value !== null) headers.set(name, String(value));
    }
    return new Response(JSON.stringify(body), { status: 429, headers });
  }
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
