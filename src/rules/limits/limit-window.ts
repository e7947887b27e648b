import {
  enterFixed,
  type FixedWindow,
  fixedTotal,
  fixedWait,
  giveBackFixed,
  newFixedWindow,
  scaleFixed,
} from './fixed-window.ts';
import type { Guard } from './pace.ts';
import {
  enterTrailing,
  giveBackTrailing,
  newTrailingWindow,
  scaleTrailing,
  type TrailingWindow,
  trailingTotal,
  trailingWait,
  type WindowEntry,
} from './trailing-window.ts';

/** A guard and what was used of it. Only a trailing window has entries. */
export type LimitWindow = TrailingWindow | FixedWindow;

/** Spans that differ by less are one: the same window, as the network is thought to shift calls. */
const SAME_MS = 100;

/**
 * The windows of `guards`, each with the history of an earlier window of about the same span.
 * `slots`: into which a new trailing window is divided; 0: exact.
 */
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

function newWindow({ max, spanMs, isFixed }: Guard, slots: number): LimitWindow {
  if (isFixed === true) return newFixedWindow(max, spanMs);
  return newTrailingWindow(max, spanMs, slots > 0 ? spanMs / slots : 0);
}

/** What was entered, and when; of a fixed window, as if it had come at its beginning. */
export function entriesOf(window: LimitWindow): readonly WindowEntry[] {
  if (isTrailing(window)) return window.entries;
  return [{ at: window.startedAt, cost: window.total }];
}

/** The cost in the window at `now`. */
export function windowTotal(window: LimitWindow, now: number): number {
  return isTrailing(window) ? trailingTotal(window, now) : fixedTotal(window, now);
}

/** Milliseconds until `cost` fits, if `other` is entered before. */
export function windowWait(window: LimitWindow, cost: number, other: number, now: number): number {
  return isTrailing(window)
    ? trailingWait(window, cost, other, now)
    : fixedWait(window, cost, other, now);
}

export function enterWindow(window: LimitWindow, cost: number, now: number): void {
  if (isTrailing(window)) enterTrailing(window, cost, now);
  else enterFixed(window, cost, now);
}

/** Multiplies what was used by `factor`. */
export function scaleWindow(window: LimitWindow, factor: number, now: number): void {
  if (isTrailing(window)) scaleTrailing(window, factor, now);
  else scaleFixed(window, factor, now);
}

/** Gives back `cost` of what was entered at `at`. */
export function giveBack(window: LimitWindow, cost: number, at: number, now: number): void {
  if (isTrailing(window)) giveBackTrailing(window, cost, at, now);
  else giveBackFixed(window, cost, at, now);
}

export function isTrailing(window: LimitWindow): window is TrailingWindow {
  return 'entries' in window;
}

/** Counts what was entered as if that had been so much later, but not after `now`. */
export function shiftWindow(window: LimitWindow, ms: number, now: number): void {
  if (!isTrailing(window)) return;
  for (const entry of window.entries) entry.at = Math.max(entry.at, Math.min(now, entry.at + ms));
}
