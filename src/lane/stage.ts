import type { LaneRef } from '../events.ts';
import type { Gate } from '../gate/gate.ts';
import type { Cost } from '../model/limits.ts';

/** A lane as it is now, to rehearse calls with. Nothing that is done to it changes the lane. */
export interface Stage extends LaneRef {
  readonly gate: Gate;
  readonly now: number;
  /** When calls may go again, where it is paused. */
  readonly startAt: number;
  /** What waits already, and when it must go at the latest, where that is settled. */
  readonly waiting: readonly { readonly cost: Cost; readonly deadline: number | undefined }[];
  readonly concurrency: number;
  readonly inFlight: number;
  /** How long calls are in flight; `undefined` where none has ended yet. */
  readonly flightMs: number | undefined;
  /** Whether its limits are known, or that there are none. */
  readonly isKnown: boolean;
}
