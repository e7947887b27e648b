import type { Cost, Dimension, Limit } from '../model/limits.ts';
import type { LimitSet } from './limits/limit-set.ts';
import {
  capEstimates,
  type Head,
  take,
  takeAsHead,
  takeBehind,
  tooSmallFor,
  type Wait,
  wait,
} from './limits/limit-waits.ts';
import type { OwnLimits } from './own-limits.ts';
import type { Costs, Ticket } from './ticket.ts';

/** A head that waits less than this is not overtaken: the queue stays a queue. */
export const OVERTAKEN_AFTER_MS = 100;
/** Overtaking may make a head wait longer by at most this share of its own wait. */
export const OVERTAKING_SHARE = 0.9;
/** How far down the queue a call may be that passes a waiting head. */
export const LOOKED_AT = 64;

/** How long a caller's own limits hold its first call back, and which of them. */
export interface OwnWait {
  readonly ticket: Ticket;
  /** Infinite until another of its calls has ended. */
  readonly waitMs: number;
  readonly reason: Dimension | 'concurrency';
}

/** A call that can never go: it exceeds a limit by itself. */
export interface Unfit {
  readonly ticket: Ticket;
  readonly limit: Limit;
  readonly cost: Cost;
}

/** Who goes next, with what it costs. */
export interface Chosen extends Costs {
  readonly ticket: Ticket;
}

/** Who goes next; who can never go; or how long nobody goes. */
export type Choice = Chosen | Unfit | Wait;

/** What the choice is made from. */
export interface PickState {
  readonly limits: LimitSet;
  /** A probe goes whether the limits have room or not. */
  readonly isProbe: boolean;
  /** Keys that limits of their own hold back: they stand in nobody's way. Added to. */
  readonly held: Map<string, OwnWait>;
}

/**
 * The next call of those that wait, in their order, taken from the lane's limits and from its
 * caller's own. That is the first one; where that has long to wait, the first one behind it that
 * fits, and that still lets it go by its deadline.
 */
export function pickNext(tickets: readonly Ticket[], situation: PickState, now: number): Choice {
  let head: Head | undefined;
  let soonest: Wait = { waitMs: Number.POSITIVE_INFINITY, dimension: 'requests' };
  let looked = 0;
  /** Some calls that don't fit: one that costs no less waits no less. */
  const tooLarge: Ticket[] = [];
  for (const ticket of tickets) {
    const choice = look(ticket, tooLarge, situation, head, now);
    if (choice === 'held') continue;
    if (choice !== 'no sooner' && !('waitMs' in choice)) return choice;
    if (choice !== 'no sooner') {
      soonest = sooner(soonest, choice);
      if (choice.waitMs < OVERTAKEN_AFTER_MS) break;
      head ??= headOf(ticket, situation.limits, choice.waitMs, now);
      tooLarge.push(ticket);
    }
    if (++looked === LOOKED_AT) break;
  }
  return soonest;
}

function look(
  ticket: Ticket,
  tooLarge: readonly Ticket[],
  situation: PickState,
  head: Head | undefined,
  now: number,
): Choice | 'held' | 'no sooner' {
  if (situation.held.has(ticket.key)) return 'held';
  if (isAtLeastAny(ticket, tooLarge)) return 'no sooner';
  return choose(ticket, situation, head, now);
}

function sooner(one: Wait, other: Wait): Wait {
  return other.waitMs < one.waitMs ? other : one;
}

/**
 * Whether a call costs no less than one of the others, also once estimates are capped: no more of its
 * cost is an estimate. A call with limits of its own may have to wait for those.
 */
function isAtLeastAny({ cost, expects, own }: Ticket, others: readonly Ticket[]): boolean {
  if (own !== undefined && own.limits.meters.length > 0) return false;
  return others.some(
    (other) => isAtLeast(cost, other.cost) && expects.every((each) => other.expects.includes(each)),
  );
}

/**
 * Whether a cost is in no dimension less than another: then it doesn't go before that one. Written out
 * for speed: it runs many times for each call that waits.
 */
export function isAtLeast(one: Cost, other: Cost): boolean {
  return (
    (one.tokens ?? 0) >= (other.tokens ?? 0) &&
    (one.inputTokens ?? 0) >= (other.inputTokens ?? 0) &&
    (one.outputTokens ?? 0) >= (other.outputTokens ?? 0) &&
    (one.requests ?? 0) >= (other.requests ?? 0) &&
    (one.usd ?? 0) >= (other.usd ?? 0)
  );
}

/** What a call costs as it is now: limits change while it waits. */
export function costsOf(
  { cost, ownCost = cost, expects, own }: Pick<Ticket, 'cost' | 'ownCost' | 'expects' | 'own'>,
  limits: LimitSet,
): Costs {
  const ofLane = capEstimates(limits, cost, expects);
  return { cost: ofLane, own: own ? capEstimates(own.limits, ownCost, expects) : ownCost };
}

/** The limit that a call exceeds, and by which of its costs: such a call can never go. */
export function unfitOf(
  ticket: Pick<Ticket, 'own'>,
  { cost, own }: Costs,
  limits: LimitSet,
): { readonly limit: Limit; readonly cost: Cost } | undefined {
  const limit = tooSmallFor(limits, cost);
  if (limit !== undefined) return { limit, cost };
  const ownLimit = ticket.own && tooSmallFor(ticket.own.limits, own);
  return ownLimit && { limit: ownLimit, cost: own };
}

/** How long a caller's own limits hold a call back; infinite until another one has ended. */
export function ownWait(
  { limits, inFlight, concurrency }: OwnLimits,
  cost: Cost,
  now: number,
): Omit<OwnWait, 'ticket'> {
  if (inFlight >= concurrency) return { waitMs: Number.POSITIVE_INFINITY, reason: 'concurrency' };
  const { waitMs, dimension } = wait(limits, cost, now);
  return { waitMs, reason: dimension };
}

function choose(
  ticket: Ticket,
  { limits, isProbe, held }: PickState,
  head: Head | undefined,
  now: number,
): Choice | 'held' {
  const costs = costsOf(ticket, limits);
  const unfit = unfitOf(ticket, costs, limits);
  if (unfit !== undefined) return { ticket, ...unfit };
  const own = ticket.own && ownWait(ticket.own, costs.own, now);
  if (own !== undefined && own.waitMs > 0) {
    held.set(ticket.key, { ticket, ...own });
    return 'held';
  }
  const ofLane = isProbe ? takeProbe(costs, limits, now) : takeIn(costs, limits, head, now);
  if (ofLane.waitMs > 0) return ofLane;
  if (ticket.own !== undefined) takeOwn(ticket.own, costs.own, now);
  return { ticket, ...costs };
}

function takeOwn(own: OwnLimits, cost: Cost, now: number): void {
  own.inFlight++;
  take(own.limits, cost, now);
}

function takeProbe({ cost }: Costs, limits: LimitSet, now: number): Wait {
  take(limits, cost, now);
  return { waitMs: 0, dimension: 'requests' };
}

function takeIn({ cost }: Costs, limits: LimitSet, head: Head | undefined, now: number): Wait {
  return head ? takeBehind(limits, cost, head, now) : takeAsHead(limits, cost, now);
}

/** A call that is first for the first time gets a deadline; a call behind it has none yet. */
function headOf(ticket: Ticket, limits: LimitSet, waitMs: number, now: number): Head {
  ticket.deadline ??= now + waitMs * (1 + OVERTAKING_SHARE);
  return { cost: capEstimates(limits, ticket.cost, ticket.expects), deadline: ticket.deadline };
}
