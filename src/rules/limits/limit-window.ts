import { slack } from './bucket.ts';
import type { Guard } from './pace.ts';

/** Spans that differ by less are one: the same window, as the network is thought to shift calls. */
const SAME_MS = 100;
/** How many entries are kept apart before neighbors are merged. */
const MOST_ENTRIES = 4096;

/** The cost entered at `at`, and earlier costs that were merged with it. */
export interface WindowEntry {
  at: number;
  cost: number;
}

/**
 * A guard and what was used of it: keeps the cost in each trailing window (now − span, now] within
 * `max`. In a fixed one, each cost counts from the beginning of its window by the clock: so all of it
 * leaves at once, as the next window begins. A cost above `max` passes only into an empty window.
 *
 * Exact up to 4,096 entries. Beyond that, neighbors are merged into the later one. A cost that
 * follows the first of an entry within `resolutionMs` is merged likewise. Merging may hold a call
 * back longer, but never admits one too early.
 */
export interface LimitWindow {
  max: number;
  spanMs: number;
  /** Infinite: it is fixed. */
  resolutionMs: number;
  /** In the order of their times; expired ones are dropped. */
  entries: WindowEntry[];
  /** When the first cost of the last entry was entered. */
  openedAt: number;
  /** The sum of the entries. */
  total: number;
}

/** `slots`: into which a trailing window is divided; 0: exact. */
export function newWindow({ max, spanMs, isFixed = false }: Guard, slots = 0): LimitWindow {
  const resolutionMs = slots > 0 ? spanMs / slots : 0;
  const empty = { entries: [], openedAt: Number.NEGATIVE_INFINITY, total: 0 };
  return { max, spanMs, resolutionMs: isFixed ? Infinity : resolutionMs, ...empty };
}

/** The windows of `guards`, each with the history of an earlier window of about the same span. */
export function windowsOf(
  guards: readonly Guard[],
  before: readonly LimitWindow[],
  slots: number,
): LimitWindow[] {
  const left = [...before];
  return guards.map((guard) => {
    const index = left.findIndex(({ spanMs }) => Math.abs(spanMs - guard.spanMs) < SAME_MS);
    const [known] = index < 0 ? [] : left.splice(index, 1);
    if (known === undefined) return newWindow(guard, slots);
    known.max = guard.max;
    known.spanMs = guard.spanMs;
    return known;
  });
}

/** The cost in the window at `now`. */
export function windowTotal(window: LimitWindow, now: number): number {
  expire(window, now);
  return window.total;
}

/** Milliseconds until `cost` fits, if `other` is entered before. */
export function windowWait(window: LimitWindow, cost: number, other: number, now: number): number {
  expire(window, now);
  const { entries, max, spanMs } = window;
  if (cost === 0) return 0;
  if (other > 0 && cost + other > max) return countedAt(window, now) + spanMs - now;
  let excess = window.total + cost + other - max;
  if (window.total === 0 || excess <= slack(max)) return 0;
  for (const entry of entries) {
    excess -= entry.cost;
    if (excess <= slack(max)) return entry.at + spanMs - now;
  }
  return entries[entries.length - 1]!.at + spanMs - now;
}

export function enterWindow(window: LimitWindow, cost: number, now: number): void {
  if (cost === 0) return;
  expire(window, now);
  const last = window.entries.at(-1);
  const at = Math.max(countedAt(window, now), last?.at ?? Number.NEGATIVE_INFINITY);
  if (last !== undefined && (last.at === at || now - window.openedAt < window.resolutionMs)) {
    last.at = at;
    last.cost += cost;
  } else {
    window.entries.push({ at, cost });
    window.openedAt = now;
  }
  window.total += cost;
  if (window.entries.length > MOST_ENTRIES) merge(window);
}

/** Multiplies what was used by `factor`. */
export function scaleWindow(window: LimitWindow, factor: number, now: number): void {
  expire(window, now);
  for (const entry of window.entries) entry.cost *= factor;
  window.total *= factor;
}

/**
 * Gives back `cost` of what was entered at `at`, unless that has left the window. What was entered
 * anew since then is given back from there.
 */
export function giveBack(window: LimitWindow, cost: number, at: number, now: number): void {
  expire(window, now);
  const from = countedAt(window, at);
  if (from <= now - window.spanMs) return;
  let left = cost;
  for (let i = indexFrom(window.entries, from); i < window.entries.length && left > 0; i++) {
    const entry = window.entries[i]!;
    const removed = Math.min(left, entry.cost);
    entry.cost -= removed;
    window.total -= removed;
    left -= removed;
  }
}

/** Counts what was entered as if that had been so much later, but not after `now`. */
export function shiftWindow(window: LimitWindow, ms: number, now: number): void {
  if (isFixed(window)) return;
  for (const entry of window.entries) entry.at = Math.max(entry.at, Math.min(now, entry.at + ms));
}

/** From when a cost counts that comes at `at`: fixed windows follow each other from the epoch on. */
function countedAt(window: LimitWindow, at: number): number {
  return isFixed(window) ? Math.floor(at / window.spanMs) * window.spanMs : at;
}

function isFixed({ resolutionMs }: LimitWindow): boolean {
  return resolutionMs === Number.POSITIVE_INFINITY;
}

function expire(window: LimitWindow, now: number): void {
  const { entries, spanMs } = window;
  let expired = 0;
  for (; expired < entries.length; expired++) {
    const { at, cost } = entries[expired]!;
    if (at + spanMs > now) break;
    window.total -= cost;
  }
  if (expired > 0) entries.splice(0, expired);
  // An empty window is exactly empty, whatever rounding has left in the sum.
  if (entries.length === 0) window.total = 0;
}

function merge(window: LimitWindow): void {
  const { entries } = window;
  const merged: WindowEntry[] = [];
  for (let i = 0; i < entries.length; i += 2) {
    const entry = entries[i]!;
    const next = entries[i + 1];
    merged.push(next ? { at: next.at, cost: entry.cost + next.cost } : entry);
  }
  window.entries = merged;
}

/** The index of the first entry at or after `at`: its own, or the one it was merged into. */
function indexFrom(entries: readonly WindowEntry[], at: number): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (entries[middle]!.at < at) low = middle + 1;
    else high = middle;
  }
  return low;
}
