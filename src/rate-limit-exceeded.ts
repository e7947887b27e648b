import { dateOf, wholeMs } from './duration.ts';
import { type ErrorCode, HeadroomError, type RejectionBody } from './errors.ts';
import type { Reason } from './model/reason.ts';
import type { ProviderRefusal } from './provider-refusal.ts';

/** The body of a 429 to your own caller. */
export interface RateLimitBody extends RejectionBody {
  /** The code of the error. */
  readonly error: 'rate_limit_exceeded';
  /** Seconds until the call could go, rounded up; `null` if unknown. */
  readonly retry_after_seconds: number | null;
  /** The limit that holds the call back; `null` if unknown. */
  readonly limit: number | null;
  /** What is left of the limit; `null` if unknown. */
  readonly remaining: number | null;
  /** When the call could go, as an RFC 3339 date; `null` if unknown. */
  readonly reset_at: string | null;
}

/** The call would wait longer than it may. It isn't sent. */
export class RateLimitExceeded extends HeadroomError {
  protected static override readonly code: ErrorCode = 'rate_limit_exceeded';
  /** Always `'RateLimitExceeded'`. */
  override readonly name = 'RateLimitExceeded';
  /** Why the call would have to wait. */
  readonly reason: Reason;
  /**
   * The expected time until the call could go, in whole milliseconds. Never 0. If it can't be known,
   * it is how long calls have recently taken, at most a second.
   */
  readonly waitMs: number;
  /**
   * The limit that holds the call back, before headroom, in units of `reason`. In a pause, it is the
   * scarcest limit of the lane. `undefined` if none is known.
   */
  readonly limit: number | undefined;
  /**
   * What will be left of `limit` when the calls that wait already have gone. Rounded down, except in `usd`;
   * never negative.
   */
  readonly remaining: number | undefined;
  /**
   * When this call could go, in whole milliseconds since the epoch: `waitMs` from now. (In an
   * `Allowance`, `resetAt` is the time when the limit is full again.)
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

  /** The body of a 429 to your own caller; `JSON.stringify` uses it. */
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
   * A complete 429 for your own caller: a web `Response` with that body, and with `Retry-After` and
   * `X-RateLimit-*` headers as far as their numbers are known.
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
