import type { Caller } from '../callers/caller.ts';
import { checkedUsage } from '../checked-cost.ts';
import type { Grant, ReservationEnd } from '../model/grant.ts';
import { amount, type Cost } from '../model/limits.ts';
import type { Reason } from '../model/reason.ts';

/** What a lane does when a reservation ends. */
export interface ReservationEnds {
  /** The provider has answered, though the response may still stream. */
  answered(reservation: Reservation): void;
  /** `end` says what replaces what was taken. */
  ended(reservation: Reservation, end: ReservationEnd): void;
}

export interface Admission {
  readonly cost: Cost;
  /** Who made the call, and what was taken of its own limits. */
  readonly caller: Caller;
  readonly own: Cost;
  /** How the store has let it through, where there is one. */
  readonly grant?: Grant | undefined;
  /** When the call was let through, in milliseconds. */
  readonly at: number;
  /** The lane's epoch then: feedback from an older one is stale. */
  readonly epoch: number;
  /** All that the lane had let through then, this call included. */
  readonly taken: Cost;
  /** Its place in the line, kept by a retry. */
  readonly ticket: number;
}

/**
 * A call that may be sent now. It holds its cost and a concurrency slot until it is settled or
 * cancelled; whichever comes first counts, and all that comes after does nothing.
 */
export class Reservation {
  readonly granted = true;
  readonly cost: Cost;
  /** @internal */
  readonly admission: Admission;
  /** Resolves when the reservation has ended. @internal */
  readonly done: Promise<void>;
  readonly #ends: ReservationEnds;
  #finish: (() => void) | undefined;
  #isAnswered = false;

  /** @internal */
  constructor(admission: Admission, ends: ReservationEnds) {
    this.cost = admission.cost;
    this.admission = admission;
    this.#ends = ends;
    this.done = new Promise((resolve) => {
      this.#finish = resolve;
    });
  }

  /**
   * Ends the call with what it has really used, by dimension. Dimensions left out keep what was
   * reserved; `tokens` left out is the sum of `inputTokens` and `outputTokens`, where both are
   * given. Less than reserved is given back, more becomes a debt.
   *
   * @example
   * reservation.settle({ inputTokens: 900, outputTokens: 300 });
   *
   * @throws TypeError for what is no usage; the reservation goes on then
   */
  settle(usage?: Cost): void {
    this.conclude(usage === undefined ? {} : checkedUsage(usage));
  }

  /**
   * The same with what upstream says, which is never an error: amounts that are none are left out.
   * @internal
   */
  conclude(usage: Cost = {}): void {
    this.answered();
    const actual = { ...this.cost, ...sumOfTokens(usage), ...definedOnly(usage) };
    this.#end(actual, { ...this.admission.own, ...sumOfTokens(usage), ...definedOnly(usage) });
  }

  /**
   * Ends a call that the provider has refused: it was a request upstream, but none of its caller's.
   * @internal
   */
  refused(): void {
    this.answered();
    this.#end({ requests: 1 }, {});
  }

  /** Ends the call as if it had never been made: everything is given back. */
  cancel(): void {
    this.#end({}, {});
  }

  /** Notes that the provider has answered. A limiter's own users need not call it. @internal */
  answered(): void {
    if (this.#isAnswered || this.#finish === undefined) return;
    this.#isAnswered = true;
    this.#ends.answered(this);
  }

  #end(actual: Cost, own: Cost): void {
    if (this.#finish === undefined) return;
    const finish = this.#finish;
    this.#finish = undefined;
    this.#ends.ended(this, { actual, own, wasAnswered: this.#isAnswered });
    finish();
  }
}

/** Why a call was not let through at once. */
export interface Rejection {
  readonly granted: false;
  readonly reason: Reason;
  /**
   * Until it could go, in whole milliseconds: a prediction, and never 0, so that a loop may sleep
   * for it. Where nobody knows (behind `concurrency` before a call has ended, or while `learning`),
   * it is as long as calls have lately been in flight, a second at most.
   */
  readonly waitMs: number;
}

function sumOfTokens(usage: Cost): Cost {
  if (usage.inputTokens === undefined || usage.outputTokens === undefined) return {};
  return { tokens: amount(usage, 'inputTokens') + amount(usage, 'outputTokens') };
}

/** Only what is a usable amount: upstream's numbers never spoil a bucket. */
function definedOnly(usage: Cost): Cost {
  const entries = Object.entries(usage);
  return Object.fromEntries(entries.filter(([, value]) => Number.isFinite(value) && value >= 0));
}
