import { wholeMs } from '../duration.ts';
import type { HeadroomError } from '../errors.ts';
import type { CallQueue } from '../queue/call-queue.ts';
import type { QueuedCall } from '../queue/queued-call.ts';
import type { Grant } from '../rules/decide.ts';
import type { Unfit } from '../rules/pick-next.ts';
import type { DispatchListener } from './dispatcher.ts';
import type { Forecaster } from './forecast.ts';
import type { LaneAdmission } from './lane-admission.ts';
import type { LaneFeedback } from './lane-feedback.ts';
import type { LaneOptions } from './lane-options.ts';
import type { LanePauses } from './lane-pauses.ts';
import { Reservation } from './reservation.ts';
import type { RestingCalls } from './resting-calls.ts';
import type { Stays } from './stays.ts';

/** What calls leave, and what has to know of it. */
export interface DepartureParts {
  readonly options: LaneOptions;
  readonly feedback: LaneFeedback;
  readonly queue: CallQueue<Reservation>;
  readonly resting: RestingCalls;
  readonly stays: Stays;
  readonly admission: LaneAdmission;
  readonly pauses: LanePauses;
  readonly forecaster: Forecaster;
}

/** Lets calls leave a lane's queue, as was decided: with a reservation, or an error. */
export class Departures implements DispatchListener {
  readonly #parts: DepartureParts;
  readonly #onDecided: () => void;

  /** `onDecided` is called whenever something was decided and done. */
  constructor(parts: DepartureParts, onDecided: () => void) {
    this.#parts = parts;
    this.#onDecided = onDecided;
  }

  granted(queued: QueuedCall<Reservation>, { call, own }: Grant): void {
    const { options, feedback, queue, forecaster, stays } = this.#parts;
    const { caller, id, since } = queued;
    stays.forget(queued);
    forecaster.went(queued);
    caller.went(queue.fair);
    feedback.totals.started(call);
    const { ownReservation, callId, attempt, ref } = queued;
    const { clock, emitter, lane, model } = options;
    const place = { id, since };
    const waitedMs = wholeMs(clock.now() - since) + (ownReservation?.waitedMs ?? 0);
    const admission = { call, callId, caller, own, ownReservation, place, waitedMs };
    queue.promote(queued, new Reservation(admission, feedback));
    // Where only its caller's own limits have let it pass, the lane's come next.
    if (ref !== undefined || emitter.listenerCount('admitted') === 0) return;
    emitter.emit('admitted', { lane, model, callId, key: caller.key, waitedMs, attempt });
  }

  unfit(queued: QueuedCall<Reservation>, unfit: Pick<Unfit, 'cost' | 'limit'>): void {
    this.reject(queued, this.#parts.admission.tooLarge(unfit));
  }

  /** Rejects those that may not wait on; then it is known which calls have to wait. */
  decided(isAnswer: boolean): void {
    const { options, queue, resting, stays, pauses } = this.#parts;
    const { closedBy, isLocal } = options.keeper;
    if (closedBy !== undefined) this.rejectAll(closedBy);
    const givenUp = pauses.giveUp(queue.fair.all(), (call, error) => this.reject(call, error));
    if (givenUp !== undefined) resting.rejectAll(givenUp);
    if (isAnswer || isLocal) stays.beginExpected();
    this.#onDecided();
  }

  reject(queued: QueuedCall<Reservation>, error: HeadroomError): void {
    const { admission, queue, stays } = this.#parts;
    stays.tell();
    admission.told(queued, error);
    queue.leave(queued, error);
  }

  /** Rejects all that wait or rest. */
  rejectAll(error: HeadroomError): void {
    const { queue, resting } = this.#parts;
    resting.rejectAll(error);
    for (const queued of [...queue.fair.all()]) this.reject(queued, error);
  }
}
