import type { HeadroomError } from '../errors.ts';
import type { CallQueue } from '../queue/call-queue.ts';
import type { QueuedCall } from '../queue/queued-call.ts';
import type { Asking, Forecaster } from './forecast.ts';
import type { LaneAdmission } from './lane-admission.ts';
import { type LaneCall, type Patience, patienceOf } from './lane-call.ts';
import type { LaneOptions } from './lane-options.ts';
import type { Reservation } from './reservation.ts';

/** What is done with a call that has to wait. */
export interface StayActions {
  /** Lets go what may go now. */
  look(): void;
  reject(call: QueuedCall<Reservation>, error: HeadroomError): void;
}

/**
 * Calls that have to wait: they count in forecasts, who listens is told when they will go, and they are
 * rejected when their patience ends. In memory that begins as they come; with a store, once it has said
 * that they have to wait.
 */
export class Stays {
  readonly #options: LaneOptions;
  readonly #admission: LaneAdmission;
  readonly #forecaster: Forecaster;
  readonly #queue: CallQueue<Reservation>;
  readonly #actions: StayActions;
  #expected: (() => void)[] = [];

  constructor(
    options: LaneOptions,
    admission: LaneAdmission,
    forecaster: Forecaster,
    queue: CallQueue<Reservation>,
    actions: StayActions,
  ) {
    this.#options = options;
    this.#admission = admission;
    this.#forecaster = forecaster;
    this.#queue = queue;
    this.#actions = actions;
  }

  /** Whether it is not known yet of some calls whether they have to wait. */
  get isAwaited(): boolean {
    return this.#expected.length > 0;
  }

  /** A store is asked whether the call has to wait. */
  expect(queued: QueuedCall<Reservation>, call: LaneCall): void {
    this.#expected.push(() => this.begin(queued, call));
  }

  /** The store has answered: those that still wait have to. */
  beginExpected(): void {
    const expected = this.#expected;
    this.#expected = [];
    for (const begin of expected) begin();
  }

  /** Why the call may not wait. */
  excess(asking: Asking, call: LaneCall): HeadroomError | undefined {
    return this.#admission.excess(asking, patienceOf(call), call.place !== undefined);
  }

  /** The call has to wait, unless it has gone. */
  begin(queued: QueuedCall<Reservation>, call: LaneCall): void {
    if (!queued.isWaiting) return;
    const error = this.#options.keeper.isLocal ? undefined : this.excess(queued, call);
    if (error !== undefined) {
      this.#actions.reject(queued, error);
      return;
    }
    const { emitter } = this.#options;
    const isHeard = emitter.listenerCount('throttled') > 0;
    const forecast = isHeard ? this.#forecaster.of(queued) : undefined;
    this.#queue.fair.count(queued);
    call.onHeld?.();
    this.#rejectLate(queued, patienceOf(call));
    if (forecast === undefined) return;
    const waitMs = this.#forecaster.reported(forecast);
    const { lane, model } = this.#options;
    const { callId, attempt, caller, ref = { lane, model } } = queued;
    const told = { callId, waitMs, key: caller.key, queued: this.#queue.size, attempt };
    emitter.emit('throttled', { ...ref, ...forecast, ...told });
  }

  /** A forecast may be wrong: what waits in spite of it is rejected when its time is over. */
  #rejectLate(queued: QueuedCall<Reservation>, patience: Patience): void {
    const { maxWaitMs } = patience;
    if (maxWaitMs === Number.POSITIVE_INFINITY) return;
    const cancel = this.#options.clock.setTimeout(() => {
      // It may go in this very moment.
      this.#actions.look();
      if (!queued.isWaiting) return;
      this.#actions.reject(queued, this.#admission.timedOut(queued, patience));
    }, maxWaitMs);
    const { stop } = queued;
    queued.stop = () => {
      stop?.();
      cancel();
    };
  }
}
