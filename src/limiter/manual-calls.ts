import { checkedCost } from '../checked-cost.ts';
import { HeadroomError, storeAsyncError } from '../errors.ts';
import type { Lane } from '../lane/lane.ts';
import { manualKey } from '../lane/lane-key.ts';
import type { Rejection, Reservation } from '../lane/reservation.ts';
import type { Cost } from '../model/limits.ts';
import { watchUnended } from '../unended.ts';
import {
  type AcquireOptions,
  expectAcquireOptions,
  type UnqueuedOptions,
} from './acquire-options.ts';
import type { LimiterCore } from './limiter-core.ts';

/** Calls that ask a limiter itself, without a client. */
export class ManualCalls {
  readonly #core: LimiterCore;

  constructor(core: LimiterCore) {
    this.#core = core;
  }

  async acquire(cost: Cost, options: AcquireOptions): Promise<Reservation> {
    expectAcquireOptions(options, ['model', 'key', 'tier', 'priority', 'signal', 'maxWaitMs']);
    const { model, key, tier, ...how } = options;
    const checked = checkedCost('cost', cost);
    const core = this.#core;
    if (core.opening !== undefined) await core.opening;
    const reservation = await core.as({ key, tier }, (caller) =>
      this.#lane(model).acquire({ ...how, caller, cost: checked }),
    );
    return watchUnended(reservation);
  }

  tryAcquire(cost: Cost, options: UnqueuedOptions): Reservation | Rejection {
    expectAcquireOptions(options, ['model', 'key', 'tier']);
    const { model, key, tier } = options;
    const core = this.#core;
    const caller = core.callers.find(core.callerRef({ key, tier }));
    if (caller instanceof Promise) {
      caller.catch(() => {});
      throw new HeadroomError(
        'tier_unknown',
        `The limits of tier '${tier}' are still being loaded`,
      );
    }
    if (core.opening !== undefined && !core.isClosed) throw storeAsyncError();
    const answer = this.#lane(model).tryAcquire({ caller, cost: checkedCost('cost', cost) });
    return answer.granted ? watchUnended(answer) : answer;
  }

  record(cost: Cost, options: UnqueuedOptions): void {
    expectAcquireOptions(options, ['model', 'key', 'tier']);
    const { model = 'default', key, tier } = options;
    const used = checkedCost('cost', cost);
    const core = this.#core;
    const ref = core.callerRef({ key, tier });
    core.expectOpen();
    const count = (): void | Promise<void> => {
      core.lanes.record(model, used);
      return core.as(ref, (caller) => core.sharing.record(caller, used));
    };
    const counted = core.opening === undefined ? count() : core.opening.then(count);
    // Where the limits of its tier can't be had, there is nothing to count in.
    if (counted instanceof Promise) counted.catch(() => {});
  }

  #lane(model = 'default'): Lane {
    return this.#core.lane(manualKey(model));
  }
}
