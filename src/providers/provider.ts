import type { Correction, Cost, Dimension, Shape } from '../limits.ts';
import type { Stated } from '../wire/stated-limits.ts';

export type { Shape } from '../limits.ts';

/** One HTTP attempt, as a client hands it to us: before its body is turned into bytes. */
export interface Request {
  readonly method: string;
  /** The API path without host, base path or query: `/chat/completions`, `/v1/messages`. */
  readonly path: string;
  /** The request's body as an object, where it is one. Upstream input: nothing in it is trusted. */
  readonly body: unknown;
}

/** What a metered call is, as far as limits are concerned. */
export interface Call {
  /** The model as the body names it, or the deployment; `'unknown'` where there is none. */
  readonly model: string;
  readonly stream: boolean;
  /** The most output tokens that the call allows (all choices together), where it says so. */
  readonly maxOutputTokens: number | undefined;
  /** Whether that is less than the caller asked for, and has to be written into the request. */
  readonly isLowered?: boolean | undefined;
}

/** Tokens that a call will take or took, before any provider's charging rule. */
export interface TokenEstimate {
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** An estimate, and what experience makes of the output. */
export interface CallEstimate extends TokenEstimate {
  /** What calls of this kind produce; `outputTokens` where there is no experience yet. */
  readonly expectedOutputTokens?: number | undefined;
  /** How far the input may exceed its estimate, as far as experience tells. @default 0 */
  readonly marginTokens?: number | undefined;
}

/** What a response says that a call used. `inputTokens` includes the cached and the cache-written. */
export interface Usage extends TokenEstimate {
  readonly cachedInputTokens: number;
  readonly cacheWriteTokens: number;
  /** Those of them that are kept for an hour, where there are any (Anthropic's `ephemeral_1h`). */
  readonly hourCacheWriteTokens?: number | undefined;
}

/**
 * Why a provider refused an attempt.
 *
 * - `rate`: a limit of ours is used up; `daily` where it is a day's. Wait, then send again.
 * - `ramp`: load grew too fast (OpenAI's `slow_down`, Anthropic's `ramp_limit_exceeded`).
 * - `capacity`: the provider is overloaded (529, 503); says nothing about our limits.
 * - `too-large`: this call can never pass. `money`: nothing passes until somebody pays.
 */
export interface Refusal {
  readonly kind: 'rate' | 'daily' | 'ramp' | 'capacity' | 'too-large' | 'money';
  /** The wait that the response asks for, where it does. */
  readonly retryAfterMs: number | undefined;
  /** The dimension that it names, where it does. */
  readonly dimension: Dimension | 'concurrency' | undefined;
  /** The limits that it states in words or details. */
  readonly stated: Stated;
  /** Whether the same call may be sent again; false also where the provider says so itself. */
  readonly retryable: boolean;
}

/** The facts about a provider that decide how calls to it are limited. Pure: no clock, no state. */
export interface Provider {
  readonly name: string;
  shape(dimension: Dimension): Shape;
  /** What the provider meters; `undefined` for calls that pass it uncounted (lists, files, …). */
  describe(request: Request): Call | undefined;
  /** What the provider is believed to charge when it admits the call. */
  charge(estimate: CallEstimate, call: Call): Cost;
  /**
   * Dimensions in which `charge` is an expectation, not a commitment: a limit that is smaller
   * refuses no call.
   */
  readonly expects: readonly Dimension[];
  /** Whether the server ever gives back, or charges, what `charge` was wrong by. */
  readonly correction: Correction;
  /** What the call has cost in the end. */
  settle(usage: Usage, call: Call): Cost;
  /** Why a response with an error status was refused; `undefined` for any other error. Total. */
  classify(response: ErrorResponse): Refusal | undefined;
}

/** The head and the text of an error response, read to its end. */
export interface ErrorResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
  /** Milliseconds since the epoch: dates in headers are relative to it. */
  readonly now: number;
}
