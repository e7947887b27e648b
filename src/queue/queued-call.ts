import type { Caller } from '../callers/caller.ts';
import type { LaneRef } from '../events.ts';
import type { Charges } from '../model/charge.ts';
import type { Cost, Dimension } from '../model/limits.ts';
import type { OwnLimits } from '../rules/own-limits.ts';
import type { Costs, Ticket } from '../rules/ticket.ts';

/** What a call's maker gets in the end, or why it gets nothing. */
export interface Promised<R> {
  resolve(granted: R): void;
  reject(reason: unknown): void;
}

/** What is known of a call that joins a queue. */
export interface CallRequest<R> {
  readonly promised: Promised<R>;
  readonly ownReservation?: R | undefined;
  readonly cost: Cost;
  /** Both costs as far as they are known by now, where that may have changed while the call waited. */
  readonly costNow?: (() => Costs) | undefined;
  readonly charges?: Charges | undefined;
  readonly ownCost?: Cost | undefined;
  /** Dimensions in which the cost is an estimate that may be far off. */
  readonly expects: readonly Dimension[];
  readonly caller: Caller;
  readonly callId: string;
  readonly attempt: number;
  readonly ref: LaneRef | undefined;
  /** Its caller's own limits, where they are kept in this process. */
  readonly own: OwnLimits | undefined;
  readonly priority: number;
  readonly signal: AbortSignal | undefined;
  /** Its number, and when it came; an earlier attempt's, whose place it keeps. */
  readonly id: number;
  readonly since: number;
  /** How often the provider has refused it, and when first. */
  readonly refusals?: number | undefined;
  readonly refusedAt?: number | undefined;
  /** The cost as it counts in forecasts: estimates capped, as it came. */
  readonly counted: Cost;
  /** The same of its caller's own limits. @default the same */
  readonly ownCounted?: Cost | undefined;
}

/**
 * A call that waits in a lane: a ticket for the rules, a link in its caller's list, and what its
 * maker is told in the end.
 */
export class QueuedCall<R = unknown> implements Ticket {
  /** What it has taken already of its caller's own limits, where processes share these. */
  readonly ownReservation: R | undefined;
  readonly promised: Promised<R>;
  readonly id: number;
  readonly since: number;
  readonly priority: number;
  readonly charges: Charges | undefined;
  readonly expects: readonly Dimension[];
  readonly caller: Caller;
  readonly callId: string;
  readonly attempt: number;
  /** Where to say that it waits, where that isn't its lane. */
  readonly ref: LaneRef | undefined;
  readonly own: OwnLimits | undefined;
  readonly signal: AbortSignal | undefined;
  readonly counted: Cost;
  readonly ownCounted: Cost;
  readonly refusals: number | undefined;
  readonly refusedAt: number | undefined;
  deadline: number | undefined;
  /** Whether it counts in forecasts: not before it is known that it has to wait. */
  isCounted = false;
  /** Its neighbors among its caller's calls of the same priority. */
  previous: QueuedCall<R> | undefined;
  next: QueuedCall<R> | undefined;
  /** Whether it waits. */
  isWaiting = false;
  /** Ends what else waits with it: a listener for its signal, a timer for its patience. */
  stop: (() => void) | undefined;
  /** What it was granted. */
  granted: R | undefined;
  /** p-queue's own function, which runs it. */
  run: (() => Promise<unknown>) | undefined;
  readonly #cost: Cost;
  readonly #ownCost: Cost | undefined;
  readonly #costNow: (() => Costs) | undefined;

  constructor(request: CallRequest<R>) {
    this.promised = request.promised;
    this.ownReservation = request.ownReservation;
    this.id = request.id;
    this.since = request.since;
    this.priority = request.priority;
    this.charges = request.charges;
    this.#ownCost = request.ownCost;
    this.expects = request.expects;
    this.caller = request.caller;
    this.callId = request.callId;
    this.attempt = request.attempt;
    this.ref = request.ref;
    this.own = request.own;
    this.signal = request.signal;
    this.counted = request.counted;
    this.ownCounted = request.ownCounted ?? request.counted;
    this.refusals = request.refusals;
    this.refusedAt = request.refusedAt;
    this.#cost = request.cost;
    this.#costNow = request.costNow;
  }

  /** Since when the call wants to go: also before its last refusal. */
  get wantedSince(): number {
    return Math.min(this.since, this.refusedAt ?? this.since);
  }

  get key(): string {
    return this.caller.id;
  }

  get sharedKey(): string {
    return this.caller.digest ?? '';
  }

  get weight(): number {
    return this.caller.weight;
  }

  get cost(): Cost {
    return this.#costNow?.().cost ?? this.#cost;
  }

  get ownCost(): Cost {
    return this.#costNow?.().own ?? this.#ownCost ?? this.#cost;
  }
}
