import type { Clock } from '../clock.ts';
import type { PauseCause } from '../events.ts';
import type { Gate } from '../gate/gate.ts';
import type { Cost, Limit } from '../limits.ts';
import type { Place } from '../queue/flow.ts';
import type { Line } from '../queue/line.ts';
import type { Costs } from '../queue/waiting-call.ts';
import type { Answer, Grant, Learned } from './shared-lane.ts';

/** What another process has met: the provider takes no calls for so long. */
export interface ForeignPause {
  readonly cause: PauseCause;
  readonly forMs: number;
}

/** The lane whose turns they are. */
export interface TurnsHost {
  readonly line: Line;
  readonly gate: Gate;
  readonly clock: Clock;
  /** The most calls in flight now, of all processes together. */
  readonly concurrency: () => number;
  /** Whether one more call may be in flight here. */
  readonly hasSlot: () => boolean;
  /** The call may go. */
  let(place: Place, costs: Costs, grant: Grant): void;
  /** The call can never go. */
  turnAway(place: Place, unfit: Limit, cost: Cost): void;
  /** A question goes out: about the calls that wait now. */
  asking(): void;
  /** It has been answered, or never will be: what it was about and still waits, has to. */
  answered(wait?: Answer['wait']): void;
  /** Nothing is asked: all calls have to wait. */
  unasked(): void;
  /** To look again at once. */
  again(): void;
  paused(pause: ForeignPause): void;
  learned(learned: Learned): void;
  /** To ask again. */
  wakeIn(waitMs: number): void;
  /** Nothing is known of what was asked. */
  lost(error: unknown): void;
}
