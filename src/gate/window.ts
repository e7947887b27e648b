import type { Guard } from '../model/meter-spec.ts';
import { FixedWindow } from './fixed-window.ts';
import { TrailingWindow } from './trailing-window.ts';

/** A guard with what has been used of it. */
export type Window = TrailingWindow | FixedWindow;

/** The window of a guard, with the history of the one before it of the same span. */
export function windowOf({ max, spanMs, isFixed }: Guard, before: readonly Window[]): Window {
  const known = before.find((each) => each.spanMs === spanMs);
  const Kind = isFixed === true ? FixedWindow : TrailingWindow;
  return known?.resized(max) ?? new Kind(max, spanMs);
}
