import type { Gate, Head, Wait } from './gate.ts';
import type { WaitingCall } from './line.ts';

/** Who goes next, or how long nobody does. */
export type Choice = { readonly id: string } | Wait;

/** A call in its place. */
export interface Place {
  readonly id: string;
  readonly call: WaitingCall;
}

/** A head that waits less than this is not overtaken: the line stays a line. */
const OVERTAKEN_AFTER_MS = 100;
/** Overtaking may make a head wait longer by at most this share of its own wait. */
const OVERTAKING_SHARE = 0.9;
/** How far down the line a call may be that passes a waiting head. */
export const LOOKED_AT = 64;

/**
 * The next call of a line, taken from the gate. That is the first one; where it has long to wait,
 * the first one behind it that fits and that still lets it go by its deadline. A probe is taken
 * whether it fits or not.
 */
export function nextCall(line: Iterable<Place>, gate: Gate, isProbe: boolean, now: number): Choice {
  let head: Head | undefined;
  let soonest: Wait = { waitMs: Number.POSITIVE_INFINITY, dimension: 'requests' };
  let looked = 0;
  for (const { id, call } of line) {
    if (call.signal?.aborted === true) continue;
    if (isProbe) {
      gate.take(call.cost, now);
      return { id };
    }
    const wait = head ? gate.takeBehind(call.cost, head, now) : gate.takeAsHead(call.cost, now);
    if (wait.waitMs === 0) return { id };
    if (wait.waitMs < soonest.waitMs) soonest = wait;
    if (wait.waitMs < OVERTAKEN_AFTER_MS || ++looked === LOOKED_AT) break;
    head ??= headOf(call, now, wait);
  }
  return soonest;
}

/** A call that is first for the first time gets a deadline; a call behind it has none yet. */
function headOf(call: WaitingCall, now: number, { waitMs }: Wait): Head {
  call.deadline ??= now + waitMs * (1 + OVERTAKING_SHARE);
  return { cost: call.cost, by: call.deadline };
}
