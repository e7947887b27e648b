import type { Caller } from '../callers/caller.ts';
import type { LaneRef } from '../events.ts';
import { newCallId } from '../model/call-id.ts';
import type { Charges } from '../model/charge.ts';
import type { Cost, Dimension } from '../model/limits.ts';
import type { OwnLimits } from '../rules/own-limits.ts';
import type { Costs, Ticket } from '../rules/ticket.ts';

/** What a call's maker gets in the end, or why it gets nothing. */
export interface Promised<R> {
  resolve(granted: R): void;
  reject(reason: unknown): void;
}

/** A call as its maker asks for it. */
export interface AskedCall<R> {
  readonly cost: Cost;
  /** Both costs as far as they are known by now, where that may have changed while the call waited. */
  readonly costNow?: (() => Costs) | undefined;
  /** What each rule of charging takes for it, where the server's isn't known for sure. */
  readonly charges?: Charges | undefined;
  /** What it takes of its caller's own limits. @default the cost */
  readonly ownCost?: Cost | undefined;
  /** Dimensions in which the cost is an estimate that may be far off. */
  readonly expects?: readonly Dimension[] | undefined;
  readonly priority?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Its name in events. @default a new one */
  readonly callId?: string | undefined;
  /** 1 for the first attempt. */
  readonly attempt?: number | undefined;
  /** Where to say that the call waits, where that isn't its lane. */
  readonly ref?: LaneRef | undefined;
  /** What it has taken of its caller's own limits, where processes share these. */
  readonly ownReservation?: R | undefined;
  /** How often the provider has refused it, and when first. */
  readonly refusals?: number | undefined;
  readonly refusedAt?: number | undefined;
}

/** What its lane makes of a call that joins. */
export interface PlacedCall {
  readonly caller: Caller;
  /** Its number, and when it came; an earlier attempt's, whose place it keeps. */
  readonly id: number;
  readonly since: number;
  /** The cost as it counts in forecasts: estimates capped, as it came. */
  readonly counted: Cost;
  /** The same of its caller's own limits. @default the same */
  readonly ownCounted?: Cost | undefined;
  /** Its caller's own limits, where they are kept in this process. */
  readonly own: OwnLimits | undefined;
}

/** Nobody waits for it yet. */
const NOBODY: Promised<unknown> = { resolve: () => {}, reject: () => {} };
const NOTHING_EXPECTED: readonly Dimension[] = [];

/**
 * A call that waits in a lane: a ticket for the rules, a link in its caller's list, and what its
 * maker is told in the end. There may be 100,000 of them: what its maker holds isn't held twice.
 */
export class QueuedCall<R = unknown> implements Ticket {
  readonly id: number;
  readonly since: number;
  readonly priority: number;
  readonly caller: Caller;
  readonly own: OwnLimits | undefined;
  readonly counted: Cost;
  readonly ownCounted: Cost;
  promised: Promised<R>;
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
  readonly #asked: AskedCall<R>;
  #callId: string | undefined;

  constructor(asked: AskedCall<R>, placed: PlacedCall, promised: Promised<R> = NOBODY) {
    this.id = placed.id;
    this.since = placed.since;
    this.priority = asked.priority ?? 0;
    this.caller = placed.caller;
    this.own = placed.own;
    this.counted = placed.counted;
    this.ownCounted = placed.ownCounted ?? placed.counted;
    this.promised = promised;
    this.deadline = undefined;
    this.previous = undefined;
    this.next = undefined;
    this.stop = undefined;
    this.granted = undefined;
    this.#asked = asked;
    this.#callId = undefined;
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
    return this.#asked.costNow?.().cost ?? this.#asked.cost;
  }

  get ownCost(): Cost {
    return this.#asked.costNow?.().own ?? this.#asked.ownCost ?? this.#asked.cost;
  }

  get charges(): Charges | undefined {
    return this.#asked.charges;
  }

  get expects(): readonly Dimension[] {
    return this.#asked.expects ?? NOTHING_EXPECTED;
  }

  /** Its name in events. */
  get callId(): string {
    this.#callId ??= this.#asked.callId ?? newCallId();
    return this.#callId;
  }

  /** 1 for the first attempt. */
  get attempt(): number {
    return this.#asked.attempt ?? 1;
  }

  /** Where to say that it waits, where that isn't its lane. */
  get ref(): LaneRef | undefined {
    return this.#asked.ref;
  }

  get signal(): AbortSignal | undefined {
    return this.#asked.signal;
  }

  /** What it has taken already of its caller's own limits, where processes share these. */
  get ownReservation(): R | undefined {
    return this.#asked.ownReservation;
  }

  /** How often the provider has refused it, and when first. */
  get refusals(): number | undefined {
    return this.#asked.refusals;
  }

  get refusedAt(): number | undefined {
    return this.#asked.refusedAt;
  }
}
