/// <reference lib="esnext.disposable" preserve="true" />
import type { Caller } from '../callers/caller.ts';
import { checkedUsage } from '../checked-cost.ts';
import { amount, type Cost, DIMENSIONS, type Dimension } from '../model/limits.ts';
import type { Reason } from '../model/reason.ts';
import type { GrantedCall } from '../rules/ticket.ts';

/** Whoever has to know what becomes of a reservation. */
export interface ReservationListener {
  /** The request leaves the process. */
  sent(reservation: Reservation): void;
  /** The provider has answered, though the response may still stream. */
  answered(reservation: Reservation): void;
  ended(reservation: Reservation, outcome: ReservationOutcome): void;
}

/** How a call has ended. */
export interface ReservationOutcome {
  /** What it has cost, of the lane's limits. */
  readonly actual: Cost;
  /** What of it is its caller's. */
  readonly own: Cost;
  /** False where the provider said nothing. */
  readonly wasAnswered: boolean;
}

/** How a call was let through. */
export interface Admission {
  readonly call: GrantedCall;
  /** Its name in events. */
  readonly callId: string;
  /** Who made the call, and what was taken of its own limits. */
  readonly caller: Caller;
  readonly own: Cost;
  /** The same of its caller's limits, where processes share these. */
  readonly ownReservation: Reservation | undefined;
  /** Its place in the queue, which a retry keeps. */
  readonly place: { readonly id: number; readonly since: number };
  /** When it asked to go, in milliseconds. */
  readonly waitedMs: number;
}

/**
 * A call that may be sent now. It holds its cost and a concurrency slot until it is settled or
 * canceled. The first of these counts; any later one does nothing.
 */
export class Reservation implements Disposable {
  /** Always `true`: tells it from a `Rejection` of `tryAcquire`. */
  readonly granted = true;
  /** The reserved cost. */
  readonly cost: Cost;
  /** The `callId` of the call's events. */
  readonly callId: string;
  /** How long the call waited, in whole milliseconds. */
  readonly waitedMs: number;
  /** @internal */
  readonly admission: Admission;
  /** Resolves when the reservation has ended. @internal */
  readonly done: Promise<void>;
  /** Whether the provider has refused the call for a limit. @internal */
  isRefused = false;
  readonly #listener: ReservationListener;
  #finish: (() => void) | undefined;
  #isAnswered = false;
  #isSent = false;

  /** @internal */
  constructor(admission: Admission, listener: ReservationListener) {
    this.cost = admission.call.cost;
    this.callId = admission.callId;
    this.waitedMs = admission.waitedMs;
    this.admission = admission;
    this.#listener = listener;
    this.done = new Promise((resolve) => {
      this.#finish = resolve;
    });
  }

  /**
   * Ends the call with its actual cost. An omitted dimension keeps its reserved amount; but if
   * `inputTokens` and `outputTokens` are both given, an omitted `tokens` is their sum. An unused part
   * is given back. An excess becomes a debt: later calls wait until it is paid.
   *
   * @example
   * reservation.settle({ inputTokens: 900, outputTokens: 300 });
   *
   * @throws TypeError for what is no usage; the reservation goes on then
   */
  settle(usage?: Cost): void {
    this.settleFromResponse(usage === undefined ? {} : checkedUsage(usage));
  }

  /** Like `settle`, but ignores amounts that are invalid instead of throwing. @internal */
  settleFromResponse(usage: Cost = {}): void {
    this.answered();
    const used = usedOf(usage);
    this.#end({ ...this.cost, ...used }, { ...this.admission.own, ...used });
  }

  /**
   * Ends a call that the provider has refused: it was a request upstream, but none of its caller's.
   * @internal
   */
  refused(): void {
    this.answered();
    this.#end({ requests: 1 }, {});
  }

  /** Ends the call with that cost, whatever was reserved. @internal */
  endWith(cost: Cost): void {
    this.answered();
    this.#end(cost, cost);
  }

  /** Ends the call as if it had never been made, and gives everything back. */
  cancel(): void {
    this.#end({}, {});
  }

  /** The same as `cancel`, for `using reservation = await limiter.acquire(cost)`. */
  [Symbol.dispose](): void {
    this.cancel();
  }

  /** The request leaves the process now: limits count it from here. @internal */
  sent(): void {
    if (this.#isSent || this.#finish === undefined) return;
    this.#isSent = true;
    this.#listener.sent(this);
  }

  /** Notes that the provider has answered. A limiter's own users need not call it. @internal */
  answered(): void {
    if (this.#isAnswered || this.#finish === undefined) return;
    this.#isAnswered = true;
    this.#listener.answered(this);
  }

  #end(actual: Cost, own: Cost): void {
    if (this.#finish === undefined) return;
    const finish = this.#finish;
    this.#finish = undefined;
    this.#listener.ended(this, { actual, own, wasAnswered: this.#isAnswered });
    finish();
  }
}

/** The answer of `tryAcquire` if a call can't go now. */
export interface Rejection {
  /** Always `false`: tells it from a `Reservation`. */
  readonly granted: false;
  /** Why the call can't go now. */
  readonly reason: Reason;
  /**
   * The expected time until the call could go, in whole milliseconds. Never 0, so that a loop may
   * sleep for it. If it can't be known (behind `concurrency` before a call has ended, or while
   * `learning`), it is how long calls have recently taken, at most a second.
   */
  readonly waitMs: number;
}

/** Only what is a usable amount: upstream's numbers never spoil a bucket. */
function usedOf(usage: Cost): Cost {
  const used: Partial<Record<Dimension, number>> = {};
  if (usage.inputTokens !== undefined && usage.outputTokens !== undefined) {
    used.tokens = amount(usage, 'inputTokens') + amount(usage, 'outputTokens');
  }
  for (const dimension of DIMENSIONS) {
    const value = usage[dimension];
    if (value !== undefined && value >= 0 && value < Infinity) used[dimension] = value;
  }
  return used;
}
