import type { Clock } from '../clock.ts';
import type { GuardedEmitter, LaneRef } from '../events.ts';
import type { Gate } from '../gate/gate.ts';
import type { MeteredLimit, MeterOptions } from '../gate/meter.ts';
import type { Concurrency } from '../learning/concurrency.ts';
import type { LaneLimits } from '../learning/lane-limits.ts';
import type { Subject } from '../model/limits.ts';
import type { Store } from '../stores/shared-lane.ts';

/** What a lane can be told anew. */
export interface LaneTerms {
  /** The limits to start from: given ones, else those that are published. */
  readonly start: readonly MeteredLimit[];
  readonly headroom: MeterOptions['headroom'];
  /** Calls in flight: to start with, and at most. */
  readonly inFlight: { readonly start: number; readonly most: number };
  readonly maxPauseMs: number;
  /** The most calls that may wait. */
  readonly maxQueue: number;
}

export interface LaneOptions extends LaneRef {
  readonly clock: Clock;
  readonly gate: Gate;
  readonly limits: LaneLimits;
  readonly concurrency: Concurrency;
  /** What the host counts. @default requests and tokens a minute */
  readonly measures?: readonly Subject[] | undefined;
  readonly maxPauseMs: number;
  /** The most calls that may wait. */
  readonly maxQueue: number;
  /** The limits are unsure: until a response has shown them, few calls are in flight. */
  readonly isCold: boolean;
  /** Responses will tell of the limits. */
  readonly learns: boolean;
  readonly emitter: GuardedEmitter;
  /** Keeps the limits for several processes. */
  readonly store?: Store | undefined;
}
