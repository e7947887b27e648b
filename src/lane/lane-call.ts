import type { Caller } from '../callers/caller.ts';
import type { LaneRef } from '../events.ts';
import type { Charges } from '../model/charge.ts';
import type { Cost, Dimension } from '../model/limits.ts';
import type { Costs } from '../rules/ticket.ts';
import type { Reservation } from './reservation.ts';

/** A call that wants to pass. */
export interface LaneCall {
  readonly cost: Cost;
  /** Both costs as far as they are known by now, where that may have changed while the call waited. */
  readonly costNow?: (() => Costs) | undefined;
  /** What each rule of charging takes for it, where the server's isn't known for sure. */
  readonly charges?: Charges | undefined;
  /** What it takes of its caller's own limits. @default the cost */
  readonly ownCost?: Cost | undefined;
  /** Dimensions in which the cost is a guess. */
  readonly expects?: readonly Dimension[] | undefined;
  /** @default nobody in particular */
  readonly caller?: Caller | undefined;
  readonly priority?: number | undefined;
  /** The longest that it may wait. @default Infinity */
  readonly maxWaitMs?: number | undefined;
  /** False: it is rejected where it can't go at once, by its `onLimit`. @default true */
  readonly mayWait?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Its name in events. @default a new one */
  readonly callId?: string | undefined;
  /** 1 for the first attempt. */
  readonly attempt?: number | undefined;
  /** Where to say that the call waits, where that isn't here. */
  readonly ref?: LaneRef | undefined;
  /** Called where it has to wait. */
  readonly onHeld?: (() => void) | undefined;
  /** What it has taken of its caller's own limits, where processes share these. */
  readonly ownReservation?: Reservation | undefined;
  /** It was refused: it rests until then, in milliseconds, before it asks again. */
  readonly notBefore?: number | undefined;
  /** How often the provider has refused it, and when first. */
  readonly refusals?: number | undefined;
  readonly refusedAt?: number | undefined;
  /** The place of an earlier attempt, to be kept. */
  readonly place?: { readonly id: number; readonly since: number } | undefined;
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
