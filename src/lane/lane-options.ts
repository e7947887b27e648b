import type { Caller } from '../callers/caller.ts';
import type { Clock } from '../clock.ts';
import type { LaneRef } from '../events.ts';
import type { GuardedEmitter } from '../guarded-emitter.ts';
import type { QueueBounds } from './lane-admission.ts';
import type { LaneCall } from './lane-call.ts';
import type { LaneKeeper } from './lane-keeper.ts';
import type { Reservation } from './reservation.ts';

export interface LaneOptions extends LaneRef {
  readonly clock: Clock;
  readonly emitter: GuardedEmitter;
  readonly keeper: LaneKeeper;
  readonly bounds: QueueBounds;
  /** The lanes of callers' own limits, where processes share these. */
  readonly ownLanes?: OwnLaneSource | undefined;
  /** Whether the lane is a caller's own limits. */
  readonly isOwn?: boolean | undefined;
}

/** Finds the lane of a caller's own limits; `undefined` where there is surely none. */
export interface OwnLaneSource {
  of(caller: Caller): Promise<OwnLane | undefined> | undefined;
}

/** A lane of a caller's own limits, as its calls see it. */
export interface OwnLane {
  acquire(call: LaneCall): Promise<Reservation>;
}
