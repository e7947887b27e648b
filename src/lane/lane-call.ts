import type { Caller } from '../callers/caller.ts';
import type { AskedCall } from '../queue/queued-call.ts';
import type { Reservation } from './reservation.ts';

/** A call that wants to pass. */
export interface LaneCall extends AskedCall<Reservation> {
  /** @default nobody in particular */
  readonly caller?: Caller | undefined;
  /** The longest that it may wait. @default Infinity */
  readonly maxWaitMs?: number | undefined;
  /** False: it is rejected where it can't go at once, by its `onLimit`. @default true */
  readonly mayWait?: boolean | undefined;
  /** Called where it has to wait. */
  readonly onHeld?: (() => void) | undefined;
  /** It was refused: it rests until then, in milliseconds, before it asks again. */
  readonly notBefore?: number | undefined;
  /** Who listens was told that it waits: it rested before. */
  readonly isTold?: boolean | undefined;
  /** The place of an earlier attempt, to be kept. */
  readonly place?: { readonly id: number; readonly since: number } | undefined;
}

/** A copy as a plain object, which can be spread: a call may be of a class, with getters. */
export function plainCall(call: LaneCall): LaneCall {
  const { cost, ownCost, charges, expects, priority, signal, callId, attempt, ref } = call;
  const { ownReservation, refusals, refusedAt, caller, maxWaitMs, mayWait, onHeld } = call;
  const { notBefore, isTold, place } = call;
  return {
    ...{ cost, ownCost, charges, expects, priority, signal, callId, attempt, ref },
    ...{ ownReservation, refusals, refusedAt, caller, maxWaitMs, mayWait, onHeld },
    ...{ notBefore, isTold, place, costNow: call.costNow?.bind(call) },
  };
}

/** What forbids a call to wait. */
export interface Patience {
  readonly maxWaitMs: number;
  /** False for calls that are rejected by their `onLimit`. */
  readonly mayWait: boolean;
}

export function patienceOf({ maxWaitMs, mayWait = true }: LaneCall): Patience {
  return { mayWait, maxWaitMs: mayWait ? (maxWaitMs ?? Number.POSITIVE_INFINITY) : 0 };
}
