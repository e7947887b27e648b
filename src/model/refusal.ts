import type { Dimension, Limit } from './limits.ts';

/** The head and the text of an error response, read to its end. */
export interface ErrorResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
  /** Milliseconds since the epoch: dates in headers are relative to it. */
  readonly now: number;
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

/** What the text of a refusal states: limits over time, and how many calls may be in flight. */
export interface Stated {
  readonly limits: readonly Limit[];
  readonly concurrency: number | undefined;
  /** The tokens that the host was to take for the call, where it says so. */
  readonly requested?: number | undefined;
}

/** The kind of refusal that has stopped a lane, or the operator who has. */
export type PauseCause = 'rate' | 'daily' | 'ramp' | 'capacity' | 'operator';
