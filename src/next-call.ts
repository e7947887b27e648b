import type { Gate, Head, Wait } from './gate.ts';
import type { Cost, Limit } from './limits.ts';
import type { WaitingCall } from './line.ts';

/** Who goes next, and at what cost; who can't go any more; or how long nobody does. */
export type Choice =
  | (Place & { readonly cost: Cost })
  | (Place & { readonly unfit: Limit; readonly cost: Cost })
  | Wait;

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
  for (const place of line) {
    const { call } = place;
    if (call.signal?.aborted === true) continue;
    // Looked at anew each time: the limits may have become known, or others, while it waited.
    const cost = gate.tempered(call.cost, call.expects);
    const decided = withoutWaiting(place, cost, gate, isProbe, now);
    if (decided !== undefined) return decided;
    const wait = head ? gate.takeBehind(cost, head, now) : gate.takeAsHead(cost, now);
    if (wait.waitMs === 0) return { ...place, cost };
    if (wait.waitMs < soonest.waitMs) soonest = wait;
    if (wait.waitMs < OVERTAKEN_AFTER_MS || ++looked === LOOKED_AT) break;
    head ??= headOf(call, cost, now, wait);
  }
  return soonest;
}

/** What needs no look at the time: a call that can never go, and a probe. */
function withoutWaiting(
  place: Place,
  cost: Cost,
  gate: Gate,
  isProbe: boolean,
  now: number,
): Choice | undefined {
  const unfit = gate.tooSmallFor(cost);
  if (unfit !== undefined) return { ...place, unfit, cost };
  if (!isProbe) return undefined;
  gate.take(cost, now);
  return { ...place, cost };
}

/** A call that is first for the first time gets a deadline; a call behind it has none yet. */
function headOf(call: WaitingCall, cost: Cost, now: number, { waitMs }: Wait): Head {
  call.deadline ??= now + waitMs * (1 + OVERTAKING_SHARE);
  return { cost, by: call.deadline };
}
