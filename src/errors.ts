import { dateOf, inWords } from './duration.ts';
import { brand, isInstance, markUnretryable } from './error-brand.ts';
import { amount, type Cost, type Dimension, type Limit } from './model/limits.ts';

/**
 * A stable name for each kind of error, for programs.
 *
 * - `call_too_large`: `CallTooLarge`. `rate_limit_exceeded`: `RateLimitExceeded`. `queue_full`:
 *   `QueueFull`. `budget_spent`: `BudgetSpent`. `store_unavailable`: `StoreUnavailable`.
 * - `price_unknown`: there is a budget, but no price for the call's model: give it in `prices`,
 *   `{ 'my-model': { input: 1, output: 4 } }`, in US dollars for a million tokens.
 * - `tier_unknown`: the limits of the caller's tier could not be had; `cause` says why.
 * - `store_async`: `tryAcquire` can't ask a store, which takes a moment.
 * - `closed`: the limiter has been closed.
 */
export type ErrorCode =
  | 'call_too_large'
  | 'rate_limit_exceeded'
  | 'queue_full'
  | 'budget_spent'
  | 'store_unavailable'
  | 'price_unknown'
  | 'tier_unknown'
  | 'store_async'
  | 'closed';

/** What tells somebody else's client of an error. */
export interface ErrorBody {
  readonly error: ErrorCode;
  readonly message: string;
}

/**
 * The base of every error that this library makes. Errors of the SDKs pass through untouched.
 *
 * Messages and JSON may be shown to callers of your own: they name no caller's key and no option of
 * this library. Fields have the evidence.
 */
export class HeadroomError extends Error {
  /** The code that all errors of a class have. @internal */
  protected static readonly code: ErrorCode | undefined = undefined;
  override readonly name: string = 'HeadroomError';
  /** Which kind of error it is: for programs, and the same in all versions. */
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    markUnretryable(this);
  }

  /** `instanceof` also knows the errors of another copy of this library, by their code. */
  static override [Symbol.hasInstance](this: unknown, value: unknown): boolean {
    // biome-ignore lint/complexity/noThisInStatic: it is asked of subclasses too
    return isInstance(this, value);
  }

  /** The body of an answer to a caller of your own; `JSON.stringify` uses it. */
  toJSON(): ErrorBody {
    return { error: this.code, message: this.message };
  }
}

brand(HeadroomError.prototype);

/** For `tryAcquire`, where a store would have to be asked. */
export function storeAsyncError(): HeadroomError {
  const message =
    "A store can't be asked without waiting for its answer: use `acquire` instead of `tryAcquire`";
  return new HeadroomError('store_async', message);
}

/** The error of all that is asked of a limiter after its `close()`. */
export function closedError(): HeadroomError {
  return new HeadroomError('closed', 'This rate limiter has been closed: it takes no more calls');
}

/** A call whose cost exceeds the limit itself: it could wait for ever, so it isn't sent at all. */
export class CallTooLarge extends HeadroomError {
  protected static override readonly code: ErrorCode = 'call_too_large';
  override readonly name = 'CallTooLarge';
  /** In which the call exceeds a limit; `cost` and `limit` are amounts of it. */
  readonly dimension: Dimension;
  /** What was to be reserved for the call: its estimate, as the provider charges it. */
  readonly cost: number;
  /** The most that may be used in `windowMs`, before headroom: the provider's, or the tier's. */
  readonly limit: number;
  readonly windowMs: number;

  constructor(evidence: { model: string; cost: Cost; limit: Limit }) {
    const { dimension, max, windowMs } = evidence.limit;
    const cost = amount(evidence.cost, dimension);
    super(
      'call_too_large',
      `This call to ${evidence.model} costs ${cost} ${dimension}, more than the limit of ${max} per ${inWords(windowMs)}: it can never pass`,
    );
    this.dimension = dimension;
    this.cost = cost;
    this.limit = max;
    this.windowMs = windowMs;
  }
}

/** A call that could cost more than is left of a budget. It isn't sent. */
export class BudgetSpent extends HeadroomError {
  protected static override readonly code: ErrorCode = 'budget_spent';
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
  /** Whose budget it is, where each key has its own. Not enumerable: it may be a secret. */
  declare readonly key: string | undefined;

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
    const whose = key === undefined ? '' : ' of its key';
    const used = `${dollars(spentUsd)} spent and ${dollars(reservedUsd)} reserved`;
    super(
      'budget_spent',
      `This call to ${model} may cost ${dollars(costUsd)}, more than is left of the budget${whose} of ${dollars(limitUsd)} (${used}), which begins anew at ${dateOf(resetAt)}`,
    );
    this.spentUsd = spentUsd;
    this.reservedUsd = reservedUsd;
    this.limitUsd = limitUsd;
    this.costUsd = costUsd;
    this.resetAt = resetAt;
    Object.defineProperty(this, 'key', { value: key });
  }
}

/** A call that found as many calls waiting as may wait. */
export class QueueFull extends HeadroomError {
  protected static override readonly code: ErrorCode = 'queue_full';
  override readonly name = 'QueueFull';
  /** The most calls of a lane that may wait. */
  readonly maxQueue: number;

  constructor(evidence: { model: string; maxQueue: number }) {
    const { model, maxQueue } = evidence;
    super('queue_full', crowd(model, maxQueue));
    this.maxQueue = maxQueue;
  }
}

/** The store that processes share can't be reached, and calls don't go without it. */
export class StoreUnavailable extends HeadroomError {
  protected static override readonly code: ErrorCode = 'store_unavailable';
  override readonly name = 'StoreUnavailable';

  readonly #message: string;

  /** `remedy`: what whoever runs the store can do. It is part of the message, but not of the JSON. */
  constructor(message: string, cause: unknown, remedy?: string | undefined) {
    super('store_unavailable', remedy === undefined ? message : `${message}: ${remedy}`, { cause });
    this.#message = message;
  }

  override toJSON(): ErrorBody {
    return { error: this.code, message: this.#message };
  }
}

function crowd(model: string, maxQueue: number): string {
  if (maxQueue === 0) return `This call to ${model} would have to wait, and no call may`;
  const waiting = maxQueue === 1 ? '1 call waits' : `${maxQueue} calls wait`;
  return `${waiting} for ${model} already: no more may`;
}

/** To the billionth, as budgets count, and as people write it: 0.0000003, not 3e-7. */
function dollars(usd: number): string {
  return `$${usd.toFixed(9).replace(/\.?0+$/, '')}`;
}
