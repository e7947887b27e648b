import { slack } from './bucket.ts';

/**
 * Keeps the cost in each window within `max`, where windows follow each other from the epoch on. A
 * cost above `max` passes only into an empty window. Twice `max` may pass in a short time around the
 * border of two windows.
 */
export interface FixedWindow {
  max: number;
  spanMs: number;
  /** When the present window began. */
  startedAt: number;
  /** The cost in the present window. */
  total: number;
}

export function newFixedWindow(max: number, spanMs: number): FixedWindow {
  return { max, spanMs, startedAt: Number.NEGATIVE_INFINITY, total: 0 };
}

/** The cost in the present window. */
export function fixedTotal(window: FixedWindow, now: number): number {
  roll(window, now);
  return window.total;
}

/** Milliseconds until `cost` fits, if `other` is entered before. */
export function fixedWait(window: FixedWindow, cost: number, other: number, now: number): number {
  roll(window, now);
  if (cost === 0) return 0;
  const used = window.total + other;
  if (used === 0 || used + cost <= window.max + slack(window.max)) return 0;
  return window.startedAt + window.spanMs - now;
}

export function enterFixed(window: FixedWindow, cost: number, now: number): void {
  roll(window, now);
  window.total += cost;
}

/** Multiplies the cost in the present window by `factor`. */
export function scaleFixed(window: FixedWindow, factor: number, now: number): void {
  roll(window, now);
  window.total *= factor;
}

/** Gives back `cost` of what was entered at `at`, unless that was in an earlier window. */
export function giveBackFixed(window: FixedWindow, cost: number, at: number, now: number): void {
  roll(window, now);
  if (at >= window.startedAt) window.total = Math.max(0, window.total - cost);
}

function roll(window: FixedWindow, now: number): void {
  const startedAt = Math.floor(now / window.spanMs) * window.spanMs;
  if (startedAt <= window.startedAt) return;
  window.startedAt = startedAt;
  window.total = 0;
}
