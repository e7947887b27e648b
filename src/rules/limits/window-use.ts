import { MINUTE_MS, SECOND_MS } from '../../model/limits.ts';
import type { Reading } from './server-balance.ts';

/** The server counts like a window if this share of the limit is used up, and 90 % of our own use. */
const TELLING = 0.02;
const FITTING = 0.9;
/** Readings are as old as a response takes: our own use is remembered for so long. */
const KEPT_MS = 4 * MINUTE_MS;

/** Our own use in one slot of time. */
export interface UseSlot {
  readonly from: number;
  cost: number;
}

/**
 * What others use of a limit per minute that a sliding or fixed window enforces: the server's count,
 * less our own use in the minute before. A fixed window may have begun within that minute, so this
 * is a lower bound; it is exact when the window ends. Therefore the greatest value of the last one
 * to two minutes counts.
 */
export interface WindowUse {
  /** The length of a slot, in whole milliseconds. */
  slotMs: number;
  /** Our own use, the oldest slot first. */
  slots: UseSlot[];
  /** When the present minute of readings began. */
  since: number;
  /** When the server was last seen to count like a window. */
  fittedAt: number;
  /** Others' greatest share of the limit in the minute of readings before. */
  before: number;
  /** The same for the present minute. */
  present: number;
}

/** `slots`: into which a minute is divided; a slot lasts a second at least. 0: a second each. */
export function newWindowUse(slots = 0): WindowUse {
  const slotMs = slots === 0 ? SECOND_MS : Math.max(SECOND_MS, Math.ceil(MINUTE_MS / slots));
  const never = Number.NEGATIVE_INFINITY;
  return { slotMs, slots: [], since: never, fittedAt: never, before: 0, present: 0 };
}

/** Records that a call of that cost was sent. */
export function recordUse(use: WindowUse, cost: number, now: number): void {
  const { slots } = use;
  const from = slotOf(use, now);
  const slot = slots.findLast((each) => each.from === from);
  if (slot === undefined) slots.push({ from, cost });
  else slot.cost += cost;
  if (slots[0]!.from < from - KEPT_MS) slots.shift();
}

/** A call that was sent at `at` has cost `more` than was recorded. */
export function correctUse(use: WindowUse, more: number, at: number): void {
  const slot = use.slots.findLast(({ from }) => from === slotOf(use, at));
  if (slot !== undefined) slot.cost = Math.max(0, slot.cost + more);
}

/** Takes note of a reading. */
export function recordReading(use: WindowUse, reading: Reading, now: number): void {
  turn(use, now);
  const { limit, remaining, sentAt } = reading;
  const used = limit - remaining;
  const ours = oursUntil(use, sentAt);
  if (used >= TELLING * limit && used >= FITTING * ours) use.fittedAt = now;
  const others = (used - ours) / limit;
  use.present = Math.min(1, Math.max(use.present, others));
}

/**
 * Whether the server has lately counted like a window: most of what was sent in a minute was still
 * used up. In a bucket, much of it would have flowed in again.
 */
export function countsLikeWindow(use: WindowUse, now: number): boolean {
  return now - use.fittedAt < 2 * MINUTE_MS;
}

/** The share of the limit that others use, as far as is known. */
export function othersInWindow(use: WindowUse, now: number): number {
  turn(use, now);
  return Math.max(use.before, use.present);
}

/** Our use in the minute before `at`, and in the rest of the slot in which that minute began. */
function oursUntil(use: WindowUse, at: number): number {
  const last = slotOf(use, at);
  const first = last - Math.ceil(MINUTE_MS / use.slotMs) * use.slotMs;
  let sum = 0;
  for (const { from, cost } of use.slots) if (from >= first && from <= last) sum += cost;
  return sum;
}

function slotOf({ slotMs }: WindowUse, at: number): number {
  return Math.floor(at / slotMs) * slotMs;
}

function turn(use: WindowUse, now: number): void {
  const elapsedMs = now - use.since;
  if (elapsedMs < MINUTE_MS) return;
  use.before = elapsedMs < 2 * MINUTE_MS ? use.present : 0;
  use.present = 0;
  use.since = now;
}
