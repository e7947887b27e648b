import type { Limit, SourcedLimit } from './model/limits.ts';
import type { Reason } from './model/reason.ts';
import type { PauseCause } from './model/refusal.ts';
import type { TokenEstimate, Usage } from './model/usage.ts';

/** The lane of an event. */
export interface LaneRef {
  /** The lane's name, as in `snapshot()`. */
  readonly lane: string;
  /** The model whose limits the lane keeps. */
  readonly model: string;
}

/** The call of an event. */
export interface CallRef extends LaneRef {
  /** The call's name: the same for all its attempts, and different in each process. */
  readonly callId: string;
}

/** A call can't go at once, and waits: once for each attempt. */
export interface ThrottledEvent extends CallRef {
  /** Why the call has to wait. */
  readonly reason: Reason;
  /** Whose limit holds the call back: the lane's, or that of the caller's tier (`'key'`). */
  readonly limitOf: 'lane' | 'key';
  /**
   * The expected wait from when the call joins the queue, in whole milliseconds. Never 0. If it can't
   * be known (behind `concurrency` before a call has ended, while `learning`, or after a pause until
   * the first call is answered), it is how long calls have recently taken, at most a second.
   */
  readonly waitMs: number;
  /** The caller's key; `undefined` if it has none. */
  readonly key: string | undefined;
  /** Calls in the queue, this one included. */
  readonly queued: number;
  /** 1 for the first attempt, 2 for the first retry. */
  readonly attempt: number;
}

/** A call may go: once for each attempt. */
export interface AdmittedEvent extends CallRef {
  /** The caller's key; `undefined` if it has none. */
  readonly key: string | undefined;
  /** Milliseconds since the call first asked. For a retry, this includes the earlier attempts. */
  readonly waitedMs: number;
  /** 1 for the first attempt, 2 for the first retry. */
  readonly attempt: number;
}

/** A lane has stopped, because the provider refused a call or because of `pause()`. */
export interface PausedEvent extends LaneRef {
  /** Why the lane has stopped. */
  readonly cause: PauseCause;
  /** The length of the pause from now on, in milliseconds: as the provider asks, or a backoff. */
  readonly retryAfterMs: number;
  /** The end of the pause, in whole milliseconds since the epoch. */
  readonly until: number;
}

/** A pause is over. The lane sends one call; when that is answered, it goes on at its usual rate. */
export interface ResumedEvent extends LaneRef {
  /** Why the lane had stopped. */
  readonly cause: PauseCause;
  /** The expected length of the pause, as in the event `paused`. */
  readonly retryAfterMs: number;
  /** The end of the pause, in whole milliseconds since the epoch: now or before. */
  readonly until: number;
  /** The actual length of the pause, in whole milliseconds. */
  readonly pausedMs: number;
}

/** A lane has opened, or its limits have changed. */
export interface LimitsEvent extends LaneRef {
  /** The limits in force. */
  readonly limits: readonly SourcedLimit[];
  /** The most calls in flight at a time; `Infinity` if they aren't limited. */
  readonly concurrency: number;
  /** Those of your own limits that the provider's headers have just lowered. */
  readonly lowered: readonly Limit[];
  /**
   * The share of a limit, from 0 to 1, that others on the same account seem to use. If there are
   * several limits, it is the greatest of their shares.
   */
  readonly othersShare: number;
}

/** A response has ended. */
export interface UsageEvent extends CallRef {
  /** The caller's key; `undefined` if it has none. */
  readonly key: string | undefined;
  /**
   * The estimate before the call was sent. Its output is the 90th percentile of recent calls of this
   * kind, but not more than `max_tokens`; at first, it is `max_tokens`, or 0 if the call sets none.
   */
  readonly estimated: TokenEstimate;
  /** The usage in the response; `undefined` if there is none, or if its numbers can't be true. */
  readonly actual: Usage | undefined;
  /** The price of `actual`, in US dollars; `undefined` if that or the model's price is unknown. */
  readonly usd: number | undefined;
  /** The provider whose rules apply: `'openai'`, `'anthropic'`, `'compatible'` or another one. */
  readonly provider: string;
  /** The API's path, without its host: `/chat/completions`. */
  readonly path: string;
  /** From sending the request to the end of its response, in whole milliseconds. */
  readonly latencyMs: number;
  /** The response's HTTP status. */
  readonly status: number;
}

/** The limiter has rejected a call without sending it. */
export interface RejectedEvent extends CallRef {
  /** The caller's key; `undefined` if it has none. */
  readonly key: string | undefined;
  /** The error that the caller got. */
  readonly error: Error;
}

/** The event `degraded`: the older name of `outputLowered`, `storeLost` and `storeBack`. */
export type DegradedEvent = LoweredOutputEvent | StoreEvent;

/** A call is sent with a lower output limit than it asked for (`onLimit: 'degrade'`). */
export interface LoweredOutputEvent extends CallRef {
  /** Always `'max_tokens'`: distinguishes it from a `StoreEvent` in `degraded`. */
  readonly what: 'max_tokens';
  /** The caller's key; `undefined` if it has none. */
  readonly key: string | undefined;
  /** The maximum output that the call asked for, in tokens; `undefined` if it set none. */
  readonly from: number | undefined;
  /** The maximum output that the call is sent with, in tokens. */
  readonly to: number;
}

/** The store can't be reached, or can be reached again. */
export interface StoreEvent {
  /** Whether the store was lost or is back: distinguishes them in `degraded`. */
  readonly what: 'store_lost' | 'store_back';
  /** What happens to calls while the store is lost: the store's option `onStoreLost`. */
  readonly policy: 'local' | 'open' | 'closed';
  /** The reason, if it is known. */
  readonly cause: unknown;
}

/** The events of a limiter, each with the type of its listeners. */
export interface RateLimiterEvents {
  /** A call can't go at once, and waits. */
  throttled: (event: ThrottledEvent) => void;
  /** A call may go. */
  admitted: (event: AdmittedEvent) => void;
  /** A lane has stopped, because the provider refused a call or because of `pause()`. */
  paused: (event: PausedEvent) => void;
  /** A pause is over. */
  resumed: (event: ResumedEvent) => void;
  /** A lane has opened, or its limits have changed. */
  limits: (event: LimitsEvent) => void;
  /** A response has ended: its tokens, US dollars and latency. */
  usage: (event: UsageEvent) => void;
  /** The limiter has rejected a call without sending it. */
  rejected: (event: RejectedEvent) => void;
  /** A call is sent with a lower output limit than it asked for. */
  outputLowered: (event: LoweredOutputEvent) => void;
  /** The store can't be reached. */
  storeLost: (event: StoreEvent) => void;
  /** The store can be reached again. */
  storeBack: (event: StoreEvent) => void;
  /** The older name of `outputLowered`, `storeLost` and `storeBack` together. */
  degraded: (event: DegradedEvent) => void;
}
