import type { Gate, Head, Wait } from '../gate/gate.ts';
import type { Cost, Limit } from '../model/limits.ts';
import type { Place } from './flow.ts';
import type { Line } from './line.ts';
import type { Costs, Taken, WaitingCall } from './waiting-call.ts';

/** Who goes next, and what it has taken; who can't go any more; or how long nobody does. */
export type Choice =
  | { readonly place: Place; readonly taken: Taken }
  | { readonly place: Place; readonly unfit: Limit; readonly cost: Cost }
  | Wait;

/** A head that waits less than this is not overtaken: the line stays a line. */
export const OVERTAKEN_AFTER_MS = 100;
/** Overtaking may make a head wait longer by at most this share of its own wait. */
export const OVERTAKING_SHARE = 0.9;
/** What rounding may add to a wait. */
const ROUNDING_MS = 1e-6;
/** How far down the line a call may be that passes a waiting head. */
export const LOOKED_AT = 64;

/**
 * The next call of a line, taken from the gate and from its caller's own limits. That is the first
 * one; where it has long to wait, the first one behind it that fits and that still lets it go by its
 * deadline. Callers whose own limits have no room are held, and stand in nobody's way. A probe is
 * taken whether the gate has room or not.
 */
export function nextCall(line: Line, gate: Gate, isProbe: boolean, now: number): Choice {
  let head: Head | undefined;
  let soonest: Wait = { waitMs: Number.POSITIVE_INFINITY, dimension: 'requests' };
  let looked = 0;
  for (const place of line.calls(now)) {
    if (place.call.signal?.aborted === true) continue;
    const choice = choose(place, { line, gate, isProbe, head, now });
    if (choice === 'held') continue;
    if (!('waitMs' in choice)) return choice;
    if (choice.waitMs < soonest.waitMs) soonest = choice;
    if (choice.waitMs < OVERTAKEN_AFTER_MS || ++looked === LOOKED_AT) break;
    head ??= headOf(place.call, gate, now, choice);
  }
  const heldMs = (line.heldUntil ?? Number.POSITIVE_INFINITY) - now;
  return heldMs < soonest.waitMs ? { ...soonest, waitMs: heldMs } : soonest;
}

interface Present {
  readonly line: Line;
  readonly gate: Gate;
  readonly isProbe: boolean;
  readonly head: Head | undefined;
  readonly now: number;
}

/** Whether this call goes. Its costs are looked at anew each time: limits change while it waits. */
function choose(place: Place, { line, gate, isProbe, head, now }: Present): Choice | 'held' {
  const costs = costsOf(place.call, gate);
  const unfit = unfitOf(place.call, costs, gate);
  if (unfit !== undefined) return { place, unfit: unfit.limit, cost: unfit.cost };
  if (isHeld(place, costs, line, now)) return 'held';
  const wait = isProbe ? takeProbe(costs, gate, now) : takeIn(costs, gate, head, now);
  if (wait.waitMs > 0) return wait;
  place.call.caller.take(costs.own, now, line);
  return { place, taken: { ...costs, at: now } };
}

/** What a call costs as it is now: of the lane's limits, and of its caller's. */
export function costsOf(call: WaitingCall, gate: Gate): Costs {
  const { expects, caller, costNow } = call;
  const cost = costNow?.() ?? call.cost;
  return { cost: gate.tempered(cost, expects), own: caller.tempered(cost, expects) };
}

/** The limit that a call exceeds, and by which of its costs: such a call can never go. */
export function unfitOf(
  { caller }: WaitingCall,
  { cost, own }: Costs,
  gate: Gate,
): { readonly limit: Limit; readonly cost: Cost } | undefined {
  const limit = gate.tooSmallFor(cost);
  if (limit !== undefined) return { limit, cost };
  const ownLimit = caller.tooSmallFor(own);
  return ownLimit && { limit: ownLimit, cost: own };
}

function isHeld({ call: { caller } }: Place, { own }: Costs, line: Line, now: number): boolean {
  const { waitMs } = caller.wait(own, now);
  // Whole milliseconds, so that the clock sees a difference; a line whose turn it isn't lets the
  // others try a millisecond before.
  const turnMs = caller.isNextIn(line) ? 0 : 1;
  if (waitMs > 0) line.hold(caller, now + Math.max(1, Math.ceil(waitMs - ROUNDING_MS)) + turnMs);
  return waitMs > 0;
}

function takeProbe({ cost }: Costs, gate: Gate, now: number): Wait {
  gate.take(cost, now);
  return { waitMs: 0, dimension: 'requests' };
}

function takeIn({ cost }: Costs, gate: Gate, head: Head | undefined, now: number): Wait {
  return head ? gate.takeBehind(cost, head, now) : gate.takeAsHead(cost, now);
}

/** A call that is first for the first time gets a deadline; a call behind it has none yet. */
function headOf(call: WaitingCall, gate: Gate, now: number, { waitMs }: Wait): Head {
  call.deadline ??= now + waitMs * (1 + OVERTAKING_SHARE);
  return { cost: costsOf(call, gate).cost, by: call.deadline };
}
