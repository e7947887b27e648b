import type { Clock } from '../clock.ts';
import type { Gate } from '../gate/gate.ts';
import type { Grant } from '../model/grant.ts';
import type { Learned } from '../model/learned.ts';
import type { Cost, Limit } from '../model/limits.ts';
import type { HoldReason } from '../model/reason.ts';
import type { PauseCause } from '../model/refusal.ts';
import type { Place } from '../queue/flow.ts';
import type { Line } from '../queue/line.ts';
import type { Costs, WaitingCall } from '../queue/waiting-call.ts';

/** What another process has met: the provider takes no calls for so long. */
export interface ForeignPause {
  readonly cause: PauseCause;
  readonly forMs: number;
}

/** How long a store holds a call back by itself, and what for. */
export interface Hold {
  readonly call: WaitingCall;
  readonly waitMs: number;
  readonly reason: HoldReason;
}

/** What a store says of calls that it hasn't let through. */
export interface Verdict {
  /** Those that it was asked about. */
  readonly calls: readonly WaitingCall[];
  /** The first one of each caller that its own limits hold back: with all that are behind it. */
  readonly ofCallers: readonly Hold[];
  /** The first one that waits for the lane; `undefined` where none does. */
  readonly ofLane: Hold | undefined;
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
  /** It has been answered; or never will be, and nothing is known. */
  answered(verdict?: Verdict): void;
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
