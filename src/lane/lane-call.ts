import type { Caller } from '../callers/caller.ts';
import type { Cost, Dimension } from '../model/limits.ts';

/** A call that wants to pass. */
export interface LaneCall {
  readonly cost: Cost;
  /** The cost as far as it is known by now, where that may have changed while the call waited. */
  readonly costNow?: (() => Cost) | undefined;
  /** Dimensions in which the cost is a guess. */
  readonly expects?: readonly Dimension[] | undefined;
  /** @default nobody in particular */
  readonly caller?: Caller | undefined;
  readonly priority?: number | undefined;
  /** The longest that it may wait. @default Infinity */
  readonly maxWaitMs?: number | undefined;
  /** False: it is rejected where it can't go at once, by its `onLimit`. @default true */
  readonly mayWait?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  /** 1 for the first attempt. */
  readonly attempt?: number | undefined;
  /** The place of an earlier attempt, to be kept. */
  readonly ticket?: number | undefined;
}
