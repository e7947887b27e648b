import type { Clock } from '../clock.ts';
import type { GuardedEmitter } from '../guarded-emitter.ts';
import type { Lane } from '../lane/lane.ts';

/** What a batch needs of its limiter. */
export interface BatchHost {
  readonly clock: Clock;
  readonly emitter: GuardedEmitter;
  readonly lanes: Iterable<Lane>;
}

/** What is under way in all lanes of a limiter. */
export interface Load {
  /** Calls that were let through, since their lanes opened. */
  readonly calls: number;
  readonly inFlight: number;
  /** Of `inFlight`, those in lanes that hold calls back at all. */
  readonly limited: number;
}

export function loadOf(lanes: Iterable<Lane>): Load {
  let [calls, inFlight, limited] = [0, 0, 0];
  for (const { feedback, view } of lanes) {
    const { totals } = feedback;
    const { limits, learning } = view.state;
    const isLimited = limits.meters.length > 0 || Number.isFinite(learning.concurrency.limit);
    calls += totals.sum.calls;
    inFlight += totals.inFlight;
    if (isLimited) limited += totals.inFlight;
  }
  return { calls, inFlight, limited };
}
