import { Caller } from '../callers/caller.ts';
import type { Clock } from '../clock.ts';
import { amount } from '../model/limits.ts';
import { type Promised, QueuedCall } from '../queue/queued-call.ts';
import { capEstimates } from '../rules/limits/limit-waits.ts';
import type { LaneCall } from './lane-call.ts';
import type { LaneKeeper } from './lane-keeper.ts';
import type { Reservation } from './reservation.ts';

/** Makes calls into those of a lane's queue: with a number, a caller, and what they cost as limits are now. */
export class CallPlacer {
  readonly #keeper: LaneKeeper;
  readonly #clock: Clock;
  readonly #nobody = new Caller(undefined);
  #lastId = 0;

  constructor(keeper: LaneKeeper, clock: Clock) {
    this.#keeper = keeper;
    this.#clock = clock;
  }

  /** The call, as it asks now. It doesn't wait yet. */
  placed(call: LaneCall, promised?: Promised<Reservation>): QueuedCall<Reservation> {
    const { cost, ownCost = cost, expects = [], place, caller = this.#nobody } = call;
    const counted = capEstimates(this.#keeper.state.limits, cost, expects);
    const own = this.#keeper.isShared ? undefined : caller.own;
    const ownCounted =
      counted === cost ? ownCost : { ...counted, tokens: amount(ownCost, 'tokens') };
    const { id = ++this.#lastId, since = this.#clock.now() } = place ?? {};
    const placed = { caller, id, since, counted, ownCounted, own };
    return new QueuedCall<Reservation>(call, placed, promised);
  }
}
