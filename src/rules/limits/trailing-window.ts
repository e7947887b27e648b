import { slack } from './bucket.ts';

/** How many entries are kept apart before neighbors are merged. */
const MOST_ENTRIES = 4096;

/** The cost entered at `at`, and earlier costs that were merged with it. */
export interface WindowEntry {
  at: number;
  cost: number;
}

/**
 * Keeps the cost in each trailing window (now − span, now] within `max`. A cost above `max` passes
 * only into an empty window.
 *
 * Exact up to 4,096 entries. Beyond that, neighbors are merged into the later one. A cost that
 * follows the first of an entry within `resolutionMs` is merged likewise. Merging may hold a call
 * back longer, but never admits one too early.
 */
export interface TrailingWindow {
  max: number;
  spanMs: number;
  resolutionMs: number;
  /** In the order of their times; expired ones are dropped. */
  entries: WindowEntry[];
  /** When the first cost of the last entry was entered. */
  openedAt: number;
  /** The sum of the entries. */
  total: number;
}

export function newTrailingWindow(max: number, spanMs: number, resolutionMs = 0): TrailingWindow {
  const openedAt = Number.NEGATIVE_INFINITY;
  return { max, spanMs, resolutionMs, entries: [], openedAt, total: 0 };
}

/** The cost in the window that ends at `now`. */
export function trailingTotal(window: TrailingWindow, now: number): number {
  expire(window, now);
  return window.total;
}

/** Milliseconds until `cost` fits, if `other` is entered before. */
export function trailingWait(
  window: TrailingWindow,
  cost: number,
  other: number,
  now: number,
): number {
  expire(window, now);
  const { entries, max, spanMs } = window;
  if (cost === 0) return 0;
  if (other > 0 && cost + other > max) return spanMs;
  let excess = window.total + cost + other - max;
  if (entries.length === 0 || excess <= slack(max)) return 0;
  for (const entry of entries) {
    excess -= entry.cost;
    if (excess <= slack(max)) return entry.at + spanMs - now;
  }
  return entries[entries.length - 1]!.at + spanMs - now;
}

export function enterTrailing(window: TrailingWindow, cost: number, now: number): void {
  if (cost === 0) return;
  expire(window, now);
  const last = window.entries.at(-1);
  const at = Math.max(now, last?.at ?? now);
  if (last !== undefined && isOneWith(last, window, now)) {
    last.at = at;
    last.cost += cost;
  } else {
    window.entries.push({ at, cost });
    window.openedAt = now;
  }
  window.total += cost;
  if (window.entries.length > MOST_ENTRIES) merge(window);
}

/** Multiplies each entry by `factor`. */
export function scaleTrailing(window: TrailingWindow, factor: number, now: number): void {
  expire(window, now);
  for (const entry of window.entries) entry.cost *= factor;
  window.total *= factor;
}

/**
 * Gives back `cost` of what was entered at `at`, unless that has left the window. What was entered
 * anew since then is given back from there.
 */
export function giveBackTrailing(
  window: TrailingWindow,
  cost: number,
  at: number,
  now: number,
): void {
  expire(window, now);
  if (at <= now - window.spanMs) return;
  let left = cost;
  for (let i = indexFrom(window.entries, at); i < window.entries.length && left > 0; i++) {
    const entry = window.entries[i]!;
    const removed = Math.min(left, entry.cost);
    entry.cost -= removed;
    window.total -= removed;
    left -= removed;
  }
}

function isOneWith(last: WindowEntry, window: TrailingWindow, now: number): boolean {
  return last.at === now || now - window.openedAt < window.resolutionMs;
}

function expire(window: TrailingWindow, now: number): void {
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

function merge(window: TrailingWindow): void {
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
