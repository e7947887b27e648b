import type { HeadroomError } from '../errors.ts';
import type { CallQueue } from '../queue/call-queue.ts';
import type { QueuedCall } from '../queue/queued-call.ts';
import type { Asking, Forecaster, Joining } from './forecast.ts';
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

/** A call that waits since a moment ago, with what it is to be told. */
interface Untold extends Joining {
  readonly queued: QueuedCall<Reservation>;
  /** Calls in the queue as it joined. */
  readonly size: number;
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
  /** Calls of which a store is asked whether they have to wait. */
  #expected = new Map<QueuedCall<Reservation>, LaneCall>();
  #untold: Untold[] = [];

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
    return this.#expected.size > 0;
  }

  /** A store is asked whether the call has to wait. */
  expect(queued: QueuedCall<Reservation>, call: LaneCall): void {
    this.#expected.set(queued, call);
  }

  /** The call has gone, or left, without having had to wait. */
  forget(queued: QueuedCall<Reservation>): void {
    this.#expected.delete(queued);
  }

  /** The store has answered: those that still wait have to. */
  beginExpected(): void {
    const expected = this.#expected;
    this.#expected = new Map();
    for (const [queued, call] of expected) this.begin(queued, call);
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
    const isHeard = call.isTold !== true && this.#options.emitter.listenerCount('throttled') > 0;
    const joining = isHeard ? this.#forecaster.ofJoining(queued) : undefined;
    this.#queue.fair.ahead.count(queued);
    call.onHeld?.();
    this.#rejectLate(queued, patienceOf(call));
    if (joining === undefined) return;
    this.#untold.push({ ...joining, queued, size: this.#queue.size });
    // Not `queueMicrotask`, which some tests fake.
    if (this.#untold.length === 1) void Promise.resolve().then(() => this.tell());
  }

  /** Tells of calls that have just begun to wait, all that came together at once: they may pass each other. */
  tell(): void {
    const untold = this.#untold;
    if (untold.length === 0) return;
    this.#untold = [];
    const line = this.#forecaster.ofLine(untold);
    for (const { queued, told, size } of untold) {
      if (!queued.isWaiting) continue;
      const forecast = told(line.get(queued));
      const waitMs = this.#forecaster.reported(forecast);
      const { emitter, lane, model } = this.#options;
      const { callId, attempt, caller, ref = { lane, model } } = queued;
      const event = { callId, waitMs, key: caller.key, queued: size, attempt };
      emitter.emit('throttled', { ...ref, ...forecast, ...event });
    }
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
