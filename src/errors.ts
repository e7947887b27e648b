import { amount, type Cost, type Dimension, type Limit } from './limits.ts';

/** The base of every error that this library makes. Errors of the SDKs pass through untouched. */
export class HeadroomError extends Error {
  override readonly name: string = 'HeadroomError';
  /**
   * A stable name for programs: `call_too_large`, `rate_limit_exceeded`, `queue_full`,
   * `budget_spent`, `store_unavailable`, `price_unknown`, `tier_unknown`, `closed`.
   */
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** A call whose cost exceeds the limit itself: it could wait for ever, so it isn't sent at all. */
export class CallTooLarge extends HeadroomError {
  override readonly name = 'CallTooLarge';
  readonly dimension: Dimension;
  readonly cost: number;
  readonly limit: number;
  readonly windowMs: number;

  constructor(evidence: { model: string; cost: Cost; limit: Limit }) {
    const { dimension, max, windowMs } = evidence.limit;
    const cost = amount(evidence.cost, dimension);
    super(
      'call_too_large',
      `This call to ${evidence.model} costs ${cost} ${dimension}, more than the limit of ${max} per ${windowMs} ms: it can never pass`,
    );
    this.dimension = dimension;
    this.cost = cost;
    this.limit = max;
    this.windowMs = windowMs;
  }
}

/** A call that could cost more than is left of a budget. It isn't sent. */
export class BudgetSpent extends HeadroomError {
  override readonly name = 'BudgetSpent';
  /** What calls have cost since the last reset. */
  readonly spentUsd: number;
  /** What calls that wait or are in flight may cost. */
  readonly reservedUsd: number;
  readonly limitUsd: number;
  /** What this call could have cost. */
  readonly costUsd: number;
  /** When nothing is spent again, in milliseconds since the epoch. */
  readonly resetAt: number;
  /** Whose budget it is, where each key has its own. */
  readonly key: string | undefined;

  constructor(evidence: {
    model: string;
    spentUsd: number;
    reservedUsd: number;
    limitUsd: number;
    costUsd: number;
    resetAt: number;
    key: string | undefined;
  }) {
    const { model, spentUsd, reservedUsd, limitUsd, costUsd, resetAt, key } = evidence;
    const whose = key === undefined ? '' : ` of '${key}'`;
    super(
      'budget_spent',
      `This call to ${model} may cost $${costUsd}: of the budget${whose} of $${limitUsd}, $${spentUsd} are spent and $${reservedUsd} reserved until ${new Date(resetAt).toISOString()}`,
    );
    this.spentUsd = spentUsd;
    this.reservedUsd = reservedUsd;
    this.limitUsd = limitUsd;
    this.costUsd = costUsd;
    this.resetAt = resetAt;
    this.key = key;
  }
}

/** The body that tells somebody else's client of a limit. */
export interface RateLimitBody {
  readonly error: 'rate_limit_exceeded';
  readonly message: string;
  readonly retry_after_seconds: number;
  readonly limit: number | null;
  readonly remaining: number | null;
  /** RFC 3339. */
  readonly reset_at: string;
}

/** A call that would have to wait longer than it may. */
export class RateLimitExceeded extends HeadroomError {
  override readonly name = 'RateLimitExceeded';
  readonly reason: string;
  /** Milliseconds until it could go. */
  readonly waitMs: number;
  readonly limit: number | undefined;
  readonly remaining: number | undefined;
  /** Milliseconds since the epoch. */
  readonly resetAt: number;

  constructor(evidence: {
    message: string;
    reason: string;
    waitMs: number;
    limit?: number | undefined;
    remaining?: number | undefined;
    resetAt: number;
  }) {
    super('rate_limit_exceeded', evidence.message);
    this.reason = evidence.reason;
    this.waitMs = evidence.waitMs;
    this.limit = evidence.limit;
    this.remaining = evidence.remaining;
    this.resetAt = evidence.resetAt;
  }

  /** The body of a 429 for a caller of your own; `JSON.stringify` uses it. */
  toJSON(): RateLimitBody {
    return {
      error: 'rate_limit_exceeded',
      message: this.message,
      retry_after_seconds: Math.ceil(this.waitMs / 1000),
      limit: this.limit ?? null,
      remaining: this.remaining ?? null,
      reset_at: new Date(this.resetAt).toISOString(),
    };
  }

  /** A whole 429 response with that body, `Retry-After` and `X-RateLimit-*` headers. */
  toResponse(): Response {
    const body = this.toJSON();
    const headers = new Headers({
      'content-type': 'application/json',
      'retry-after': String(body.retry_after_seconds),
      'x-ratelimit-reset': String(Math.ceil(this.resetAt / 1000)),
    });
    if (body.limit !== null) headers.set('x-ratelimit-limit', String(body.limit));
    if (body.remaining !== null) headers.set('x-ratelimit-remaining', String(body.remaining));
    return new Response(JSON.stringify(body), { status: 429, headers });
  }
}

/** A call that found as many calls waiting as may wait. */
export class QueueFull extends HeadroomError {
  override readonly name = 'QueueFull';
  /** The most calls of a lane that may wait. */
  readonly maxQueue: number;

  constructor(evidence: { model: string; maxQueue: number }) {
    const { model, maxQueue } = evidence;
    super(
      'queue_full',
      `${maxQueue} calls to ${model} wait already, as many as \`maxQueue\` allows`,
    );
    this.maxQueue = maxQueue;
  }
}

/** The store that processes share can't be reached, and calls don't go without it. */
export class StoreUnavailable extends HeadroomError {
  override readonly name = 'StoreUnavailable';

  constructor(message: string, cause: unknown) {
    super('store_unavailable', message, { cause });
  }
}
