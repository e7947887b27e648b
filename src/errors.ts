import { dateOf, inWords } from './duration.ts';
import { brand, isInstance, markUnretryable } from './error-brand.ts';
import { amount, type Cost, type Dimension, type Limit } from './model/limits.ts';

/**
 * A stable name for each kind of error, for programs.
 *
 * - `call_too_large`: `CallTooLarge`. `rate_limit_exceeded`: `RateLimitExceeded`. `queue_full`:
 *   `QueueFull`. `budget_spent`: `BudgetSpent`. `store_unavailable`: `StoreUnavailable`.
 * - `price_unknown`: there is a budget or a limit in US dollars, but no price for the call's model. Add
 *   it to `prices`: `{ 'my-model': { input: 1, output: 4 } }`, in US dollars per million tokens.
 * - `tier_unknown`: the limits of the caller's tier could not be loaded; `cause` says why.
 * - `store_async`: `tryAcquire` was called with a store, which can't answer synchronously.
 * - `closed`: the limiter is closed.
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

/** The body of an error response to your own caller. */
export interface RejectionBody {
  /** The code of the error. */
  readonly error: ErrorCode;
  /** The message of the error. */
  readonly message: string;
}

/**
 * The base class of this library's errors. Errors of the SDKs pass through untouched.
 *
 * You may show messages and JSON to your own callers: they contain no caller's key and no option's
 * name. The numbers are in the fields.
 */
export class HeadroomError extends Error {
  /** The code that all errors of a class have. @internal */
  protected static readonly code: ErrorCode | undefined = undefined;
  /** The name of the class. */
  override readonly name: string = 'HeadroomError';
  /** The kind of error, which stays the same in all versions. */
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

  /** The body of an error response to your own caller; `JSON.stringify` uses it. */
  toJSON(): RejectionBody {
    return { error: this.code, message: this.message };
  }
}

brand(HeadroomError.prototype);

/** For `tryAcquire`, where a store would have to be asked. */
export function storeAsyncError(): HeadroomError {
  const message = 'A store can only be asked asynchronously: use `acquire` instead of `tryAcquire`';
  return new HeadroomError('store_async', message);
}

/** The error of every call on a limiter after its `close()`. */
export function closedError(): HeadroomError {
  return new HeadroomError('closed', 'This rate limiter is closed, and accepts no more calls');
}

/** The call costs more than a whole limit, so no wait would help. It isn't sent. */
export class CallTooLarge extends HeadroomError {
  protected static override readonly code: ErrorCode = 'call_too_large';
  /** Always `'CallTooLarge'`. */
  override readonly name = 'CallTooLarge';
  /** The dimension of the limit: the unit of `cost` and `limit`. */
  readonly dimension: Dimension;
  /** The estimated cost of the call, as the provider charges it. */
  readonly cost: number;
  /** The limit before headroom: the provider's, or that of the caller's tier. */
  readonly limit: number;
  /** The length of the limit's window, in milliseconds. */
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

/** The call could cost more than what is left of a budget. It isn't sent. */
export class BudgetSpent extends HeadroomError {
  protected static override readonly code: ErrorCode = 'budget_spent';
  /** Always `'BudgetSpent'`. */
  override readonly name = 'BudgetSpent';
  /** The cost of calls since the last reset, in US dollars. */
  readonly spentUsd: number;
  /** The reservations of calls that wait or are in flight, in US dollars. */
  readonly reservedUsd: number;
  /** The whole budget, in US dollars. */
  readonly limitUsd: number;
  /** The most that this call could have cost, in US dollars. */
  readonly costUsd: number;
  /** The next reset of the budget, in milliseconds since the epoch. */
  readonly resetAt: number;
  /** The key whose budget it is, if each key has its own. Not enumerable, because it may be a secret. */
  declare readonly key: string | undefined;

  constructor(evidence: {
    model: string;
    spentUsd: number;
    reservedUsd: number;
    limitUsd: number;
    costUsd: number;
    resetAt: number;
    key: string | undefined;
    /** The output that `costUsd` assumes, in tokens, for a call that sets no maximum. */
    assumedOutput?: number | undefined;
  }) {
    const { model, spentUsd, reservedUsd, limitUsd, costUsd, resetAt, key } = evidence;
    const { assumedOutput: output } = evidence;
    const whose = key === undefined ? '' : ' of its key';
    const assumed =
      output === undefined ? '' : ` (it sets no maximum output, so ${output} tokens are assumed)`;
    const used = `${dollars(spentUsd)} spent and ${dollars(reservedUsd)} reserved`;
    super(
      'budget_spent',
      `This call to ${model} may cost ${dollars(costUsd)}${assumed}, more than is left of the budget${whose} of ${dollars(limitUsd)} (${used}), which is reset at ${dateOf(resetAt)}`,
    );
    this.spentUsd = spentUsd;
    this.reservedUsd = reservedUsd;
    this.limitUsd = limitUsd;
    this.costUsd = costUsd;
    this.resetAt = resetAt;
    Object.defineProperty(this, 'key', { value: key });
  }
}

/** The lane already has `maxQueue` waiting calls. The call isn't sent. */
export class QueueFull extends HeadroomError {
  protected static override readonly code: ErrorCode = 'queue_full';
  /** Always `'QueueFull'`. */
  override readonly name = 'QueueFull';
  /** The maximum number of calls that may wait in a lane. */
  readonly maxQueue: number;

  constructor(evidence: { model: string; maxQueue: number }) {
    const { model, maxQueue } = evidence;
    super('queue_full', crowd(model, maxQueue));
    this.maxQueue = maxQueue;
  }
}

/** The store can't be reached, and calls may not go without it. */
export class StoreUnavailable extends HeadroomError {
  protected static override readonly code: ErrorCode = 'store_unavailable';
  /** Always `'StoreUnavailable'`. */
  override readonly name = 'StoreUnavailable';

  readonly #message: string;

  /** `remedy`: what the store's operator can do. It is part of the message, but not of the JSON. */
  constructor(message: string, cause: unknown, remedy?: string | undefined) {
    super('store_unavailable', remedy === undefined ? message : `${message}: ${remedy}`, { cause });
    this.#message = message;
  }

  /** The body of an error response to your own caller, without the advice in `message`. */
  override toJSON(): RejectionBody {
    return { error: this.code, message: this.#message };
  }
}

function crowd(model: string, maxQueue: number): string {
  if (maxQueue === 0) return `This call to ${model} would have to wait, and no call may wait`;
  const waiting = maxQueue === 1 ? '1 call already waits' : `${maxQueue} calls already wait`;
  return `${waiting} for ${model}: no more may wait`;
}

/** To the billionth, as budgets count, and as people write it: 0.0000003, not 3e-7. */
function dollars(usd: number): string {
  return `$${usd.toFixed(9).replace(/\.?0+$/, '')}`;
}
