import type { Caller } from '../callers/caller.ts';
import { closedError } from '../errors.ts';
import { CallQueue } from '../queue/call-queue.ts';
import { FairQueue } from '../queue/fair-queue.ts';
import type { Promised, QueuedCall } from '../queue/queued-call.ts';
import { obstacle } from '../rules/decide.ts';
import { sizeOf } from '../rules/limits/limit-levels.ts';
import { CallPlacer } from './call-placer.ts';
import { Departures } from './departures.ts';
import { Dispatcher } from './dispatcher.ts';
import { Forecaster } from './forecast.ts';
import { LaneAdmission, type QueueBounds } from './lane-admission.ts';
import type { LaneCall } from './lane-call.ts';
import type { LaneFeedback } from './lane-feedback.ts';
import type { LaneKeeper } from './lane-keeper.ts';
import type { LaneOptions } from './lane-options.ts';
import { LanePauses } from './lane-pauses.ts';
import type { Rejection, Reservation } from './reservation.ts';
import { RestingCalls } from './resting-calls.ts';
import { situationOf } from './situation.ts';
import { Stays } from './stays.ts';

/**
 * The calls of a lane that wait in this process: they join, are told how long it will take, and leave
 * with a reservation or an error (`Departures`), as the rules decide.
 *
 * Invariant: a call is started only after its cost has been taken from the limits, in one step; so
 * what is in flight has been paid for, and what waits has not.
 */
export class LaneQueue {
  readonly forecaster: Forecaster;
  readonly admission: LaneAdmission;
  readonly pauses: LanePauses;
  /** Refused calls, until they ask again. */
  readonly resting: RestingCalls;
  readonly placer: CallPlacer;
  readonly #keeper: LaneKeeper;
  readonly #queue: CallQueue<Reservation>;
  readonly #dispatcher: Dispatcher;
  readonly #stays: Stays;
  readonly #departures: Departures;

  /** `onDecided` is called whenever something was decided and done. */
  constructor(options: LaneOptions, feedback: LaneFeedback, onDecided: () => void) {
    const { clock, emitter, keeper, bounds, lane, model } = options;
    const fair = new FairQueue<Reservation>(keeper.turns, (cost) =>
      sizeOf(keeper.state.limits, cost),
    );
    const queue = new CallQueue(fair, keeper.state.learning.concurrency.limit, {
      onSlot: () => this.#dispatcher.lookSoon(),
      onLeave: (call) => {
        this.#dispatcher.forget(call);
        stays.forget(call);
      },
    });
    const forecaster = new Forecaster(() => situationOf(options, fair));
    const pauses = new LanePauses({
      ...{ model, keeper, clock, forecaster, feedback },
      maxPauseMs: () => this.admission.bounds.maxPauseMs,
    });
    const admitting = [keeper, forecaster, pauses, bounds] as const;
    const admission = new LaneAdmission({ lane, model }, emitter, ...admitting);
    const resting = new RestingCalls(clock);
    const stays = new Stays(options, admission, forecaster, queue, {
      look: () => this.#dispatcher.look(),
      reject: (call, error) => this.#departures.reject(call, error),
    });
    const parts = { options, feedback, queue, resting, stays, admission, pauses, forecaster };
    this.forecaster = forecaster;
    this.admission = admission;
    this.pauses = pauses;
    this.resting = resting;
    this.placer = new CallPlacer(keeper, clock);
    this.#keeper = keeper;
    this.#queue = queue;
    this.#stays = stays;
    this.#departures = new Departures(parts, onDecided);
    this.#dispatcher = new Dispatcher(keeper, queue, clock, this.#departures);
    keeper.isAsked = () => stays.isAwaited;
  }

  /** Calls that wait. */
  get size(): number {
    return this.#queue.size + this.resting.size;
  }

  /** The calls that wait, in no particular order. */
  get waiting(): Iterable<QueuedCall<Reservation>> {
    return this.#queue.fair.all();
  }

  /** Resolves when nothing waits and nothing is in flight. */
  onIdle(): Promise<void> {
    return this.#queue.onIdle();
  }

  /** Lets go what may go now. */
  look(): void {
    this.#dispatcher.look();
  }

  /** Waits until the call may be sent. */
  acquire(call: LaneCall): Promise<Reservation> {
    return new Promise((resolve, reject) => this.enter(call, { resolve, reject }));
  }

  /** The same; tells `promised`, which takes less memory than a promise of the lane's. */
  enter(call: LaneCall, promised: Promised<Reservation>): void {
    const { isLocal } = this.#keeper;
    const asking = this.placer.placed(call, promised);
    const error =
      this.admission.rejection(asking) ?? (isLocal ? this.#stays.excess(asking, call) : undefined);
    if (error !== undefined) promised.reject(this.admission.told(asking, error));
    else this.#queue.join(asking);
    if (!asking.isWaiting) return;
    this.#listenTo(asking.caller);
    if (!isLocal) this.#stays.expect(asking, call);
    this.#dispatcher.lookAt(asking);
    if (isLocal) this.#stays.begin(asking, call);
  }

  /** Lets the call through now, or says why not. Throws where it can never pass. */
  tryAcquire(call: Pick<LaneCall, 'cost' | 'caller'>): Reservation | Rejection {
    const asking = this.placer.placed(call);
    const error = this.admission.rejection(asking) ?? this.admission.unasked();
    if (error !== undefined) throw this.admission.told(asking, error);
    this.#dispatcher.look();
    const forecast = this.forecaster.of(asking);
    const waitMs = this.forecaster.reported(forecast);
    if (this.#queue.size > 0) return { granted: false, reason: 'queue', waitMs };
    this.#queue.join(asking);
    this.#dispatcher.look();
    if (asking.granted !== undefined) return asking.granted;
    this.#queue.leave(asking, undefined);
    const stop = obstacle(this.#keeper.state, this.#keeper.now());
    return { granted: false, reason: stop?.reason ?? forecast.reason, waitMs };
  }

  /** Looks at what waits as if it had just come, within other bounds. */
  configure(bounds: QueueBounds): void {
    this.admission.bounds = bounds;
    for (const queued of [...this.waiting]) {
      queued.deadline = undefined;
      const unfit = this.admission.unfit(queued);
      if (unfit !== undefined) this.#departures.unfit(queued, unfit);
    }
  }

  /** Rejects what waits and all that comes. */
  close(): void {
    this.admission.isClosed = true;
    this.#dispatcher.stop();
    this.#departures.rejectAll(closedError());
  }

  /** Goes on when a caller's own limits may have room again. */
  #listenTo(caller: Caller): void {
    const { fair } = this.#queue;
    caller.listen(fair, () => {
      fair.release(caller);
      this.#dispatcher.lookSoon();
    });
  }
}
