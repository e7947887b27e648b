import type { Limit, LimitSource } from './model/limits.ts';
import type { Reason } from './model/reason.ts';
import type { PauseCause } from './model/refusal.ts';
import type { TokenEstimate, Usage } from './model/usage.ts';

/** Where something happened: the lane's name, and the model whose limits it keeps. */
export interface LaneRef {
  readonly lane: string;
  readonly model: string;
}

/** Which call an event tells of: the same name for all its attempts, and in no other process. */
export interface CallRef extends LaneRef {
  readonly callId: string;
}

/** A call is held back: once for each attempt that can't go at once. */
export interface ThrottledEvent extends CallRef {
  readonly reason: Reason;
  /** Whether it is the lane's limits that hold it back, or those of the caller's tier. */
  readonly limitOf: 'lane' | 'key';
  /**
   * Until it is expected to go, in whole milliseconds: a prediction, made as it joins the line, and
   * never 0. Where nobody knows (behind `concurrency` before a call has ended, while `learning`, or
   * after a pause until the first call is answered), it is as long as calls have lately been in
   * flight, a second at most.
   */
  readonly waitMs: number;
  readonly key: string | undefined;
  /** Calls in the line, this one included. */
  readonly queued: number;
  /** 1 for the first attempt, 2 for the first retry. */
  readonly attempt: number;
}

/** A call may go: once for each attempt. */
export interface AdmittedEvent extends CallRef {
  readonly key: string | undefined;
  /**
   * From when the call first asked, in whole milliseconds: of a retry, with all that came before it.
   */
  readonly waitedMs: number;
  /** 1 for the first attempt, 2 for the first retry. */
  readonly attempt: number;
}

/** A lane has stopped, because the provider has refused a call. */
export interface PausedEvent extends LaneRef {
  readonly cause: PauseCause;
  /** How long it stops from now on: what the answer asked for, or a backoff of our own. */
  readonly retryAfterMs: number;
  /** When it goes on, in whole milliseconds since the epoch. */
  readonly until: number;
}

/** A paused lane goes on: with one call, and one more for each that is answered. */
export interface ResumedEvent extends LaneRef {
  readonly cause: PauseCause;
  /** As the `paused` event told it. */
  readonly retryAfterMs: number;
  /** When the pause was over, in whole milliseconds since the epoch: by now or before. */
  readonly until: number;
  /** How long the pause was, in whole milliseconds. */
  readonly pausedMs: number;
}

/** The limits of a lane, as it opens, as they are learned and as they change. */
export interface LimitsEvent extends LaneRef {
  /** Those in force, each with its source. */
  readonly limits: readonly (Limit & { readonly source: LimitSource })[];
  readonly concurrency: number;
  /** Given limits that the provider's headers have just lowered. */
  readonly lowered: readonly Limit[];
  /**
   * The share of a limit, from 0 to 1, that others on the same account use, as far as responses
   * tell: of the limit of which they use the most.
   */
  readonly othersShare: number;
}

/** A response has ended: what its call was expected to take, and what it took. */
export interface UsageEvent extends CallRef {
  readonly key: string | undefined;
  /**
   * The output is what calls of this kind have lately produced, nine of ten of them at most; what the
   * call allows (`max_tokens`) where there is no experience yet, and never more than that.
   */
  readonly estimated: TokenEstimate;
  /** `undefined` where the response didn't say, or said what can't be true. */
  readonly actual: Usage | undefined;
  /** What the actual usage costs, in US dollars; `undefined` where that or the price is unknown. */
  readonly usd: number | undefined;
  /** Whose rules the call went by: `'openai'`, `'anthropic'`, `'compatible'` or another one. */
  readonly provider: string;
  /** The API's path, without its host: `/chat/completions`. */
  readonly path: string;
  /** From when the request was sent until its response had been read, in whole milliseconds. */
  readonly latencyMs: number;
  /** The response's HTTP status. */
  readonly status: number;
}

/** A call was refused here, without a request. */
export interface RejectedEvent extends CallRef {
  readonly key: string | undefined;
  /** The error that its caller got. */
  readonly error: Error;
}

/** What `outputLowered`, `storeLost` and `storeBack` tell, under the name that was before them. */
export type DegradedEvent = LoweredOutputEvent | StoreEvent;

/** A call goes with less output than it asked for: what there is room for (`onLimit: 'degrade'`). */
export interface LoweredOutputEvent extends CallRef {
  readonly what: 'max_tokens';
  readonly key: string | undefined;
  /** What the call allowed; `undefined` where it set no limit. */
  readonly from: number | undefined;
  readonly to: number;
}

/** The store that processes share is lost, or back. */
export interface StoreEvent {
  readonly what: 'store_lost' | 'store_back';
  /** What calls do while it is lost. */
  readonly policy: 'local' | 'open' | 'closed';
  /** Why it is lost, where that is known. */
  readonly cause: unknown;
}

/** The events of a limiter, each with what its listeners get. */
export interface RateLimiterEvents {
  /** A call can't go at once, and waits. */
  throttled: (event: ThrottledEvent) => void;
  /** A call may go. */
  admitted: (event: AdmittedEvent) => void;
  /** A lane has stopped, because the provider has refused a call. */
  paused: (event: PausedEvent) => void;
  /** A paused lane goes on. */
  resumed: (event: ResumedEvent) => void;
  /** The limits of a lane: as it opens, and whenever they change. */
  limits: (event: LimitsEvent) => void;
  /** A response has ended: tokens, dollars and time of its call. */
  usage: (event: UsageEvent) => void;
  /** A call was refused here, without a request. */
  rejected: (event: RejectedEvent) => void;
  /** A call goes with less output than it asked for. */
  outputLowered: (event: LoweredOutputEvent) => void;
  /** The store that processes share can't be reached. */
  storeLost: (event: StoreEvent) => void;
  /** The store that processes share can be reached again. */
  storeBack: (event: StoreEvent) => void;
  /** The older name of `outputLowered`, `storeLost` and `storeBack` together. */
  degraded: (event: DegradedEvent) => void;
}
