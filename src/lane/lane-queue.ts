import { Caller } from '../callers/caller.ts';
import { wholeMs } from '../duration.ts';
import type { HeadroomError } from '../errors.ts';
import { amount } from '../model/limits.ts';
import type { ProviderRefusal } from '../provider-refusal.ts';
import { CallQueue } from '../queue/call-queue.ts';
import { FairQueue } from '../queue/fair-queue.ts';
import { type Promised, QueuedCall } from '../queue/queued-call.ts';
import { type Grant, obstacle } from '../rules/decide.ts';
import { sizeOf } from '../rules/limits/limit-levels.ts';
import { capEstimates } from '../rules/limits/limit-waits.ts';
import { Dispatcher } from './dispatcher.ts';
import { Forecaster } from './forecast.ts';
import { LaneAdmission, type QueueBounds } from './lane-admission.ts';
import type { LaneCall } from './lane-call.ts';
import type { LaneFeedback } from './lane-feedback.ts';
import type { LaneOptions } from './lane-options.ts';
import { LanePauses } from './lane-pauses.ts';
import { type Rejection, Reservation } from './reservation.ts';
import { RestingCalls } from './resting-calls.ts';
import { situationOf } from './situation.ts';
import { Stays } from './stays.ts';

/**
 * The calls of a lane that wait in this process: they join, are told how long it will take, and leave
 * with a reservation or an error. What the rules decide is done here.
 *
 * Invariant: a call is started only after its cost has been taken from the limits, in one step; so
 * what is in flight has been paid for, and what waits has not.
 */
export class LaneQueue {
  readonly forecaster: Forecaster;
  readonly admission: LaneAdmission;
  readonly pauses: LanePauses;
  /** Called whenever something was decided and done. */
  onDecided: () => void = () => {};
  readonly #options: LaneOptions;
  readonly #feedback: LaneFeedback;
  readonly #queue: CallQueue<Reservation>;
  readonly #dispatcher: Dispatcher;
  readonly #resting: RestingCalls;
  readonly #nobody = new Caller(undefined);
  readonly #stays: Stays;
  #lastId = 0;

  constructor(options: LaneOptions, feedback: LaneFeedback) {
    const { clock, emitter, keeper, bounds, lane, model } = options;
    this.#options = options;
    this.#feedback = feedback;
    const fair = new FairQueue<Reservation>(keeper.turns, (cost) =>
      sizeOf(keeper.state.limits, cost),
    );
    const onSlot = (): void => this.#dispatcher.lookSoon();
    this.#queue = new CallQueue(fair, keeper.state.learning.concurrency.limit, onSlot);
    this.forecaster = new Forecaster(() => situationOf(options, fair));
    const { forecaster } = this;
    const maxPauseMs = (): number => this.admission.bounds.maxPauseMs;
    const lastRefusal = (): ProviderRefusal | undefined => feedback.lastRefusal;
    this.pauses = new LanePauses({ model, keeper, forecaster, maxPauseMs, lastRefusal });
    const admitting = [keeper, forecaster, this.pauses, bounds] as const;
    this.admission = new LaneAdmission({ lane, model }, emitter, ...admitting);
    this.#resting = new RestingCalls(clock);
    keeper.isAsked = () => this.#stays.isAwaited;
    this.#dispatcher = new Dispatcher(keeper, this.#queue, clock, {
      granted: (call, grant) => this.#grant(call, grant),
      unfit: (call, { cost, limit }) => this.#reject(call, this.admission.tooLarge(cost, limit)),
      decided: (isAnswer) => this.#decided(isAnswer),
    });
    this.#stays = new Stays(options, this.admission, forecaster, this.#queue, {
      look: () => this.#dispatcher.look(),
      reject: (call, error) => this.#reject(call, error),
    });
  }

  /** Calls that wait. */
  get size(): number {
    return this.#queue.size + this.#resting.size;
  }

  /** Waits until a refused call may ask again. */
  rest({ notBefore = 0, signal }: LaneCall): Promise<void> {
    return this.#resting.rest(notBefore, signal);
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

  /** Nothing is let through any more. */
  stop(): void {
    this.#dispatcher.stop();
  }

  /** Waits until the call may be sent. */
  acquire(call: LaneCall): Promise<Reservation> {
    return new Promise((resolve, reject) => this.enter(call, { resolve, reject }));
  }

  /** The same; tells `promised`, which takes less memory than a promise of the lane's. */
  enter(call: LaneCall, promised: Promised<Reservation>): void {
    const { isLocal } = this.#options.keeper;
    const asking = this.asking(call, promised);
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
    let granted: Reservation | undefined;
    const resolve = (reservation: Reservation): void => {
      granted = reservation;
    };
    const asking = this.asking(call, { resolve, reject: () => {} });
    const error = this.admission.rejection(asking) ?? this.admission.unasked();
    if (error !== undefined) throw this.admission.told(asking, error);
    this.#dispatcher.look();
    const forecast = this.forecaster.of(asking);
    const waitMs = this.forecaster.reported(forecast);
    if (this.#queue.size > 0) return { granted: false, reason: 'queue', waitMs };
    this.#queue.join(asking);
    this.#dispatcher.look();
    granted ??= asking.granted;
    if (granted !== undefined) return granted;
    this.#queue.leave(asking, undefined);
    const { keeper } = this.#options;
    const stop = obstacle(keeper.state, keeper.now());
    return { granted: false, reason: stop?.reason ?? forecast.reason, waitMs };
  }

  /** Looks at what waits as if it had just come, within other bounds. */
  configure(bounds: QueueBounds): void {
    this.admission.bounds = bounds;
    for (const queued of [...this.#queue.fair.all()]) {
      queued.deadline = undefined;
      const unfit = this.admission.unfit(queued);
      if (unfit === undefined) continue;
      this.#reject(queued, this.admission.tooLarge(unfit.cost, unfit.limit));
    }
  }

  rejectWaiting(error: HeadroomError): void {
    this.#resting.rejectAll(error);
    for (const queued of [...this.#queue.fair.all()]) this.#reject(queued, error);
  }

  get #now(): number {
    return this.#options.clock.now();
  }

  /** The call, as it asks now. */
  asking(call: LaneCall, promised?: Promised<Reservation>): QueuedCall<Reservation> {
    const { cost, ownCost = cost, expects = [], place, caller = this.#nobody } = call;
    const counted = capEstimates(this.#options.keeper.state.limits, cost, expects);
    const own = this.#options.keeper.isShared ? undefined : caller.own;
    const ownCounted =
      counted === cost ? ownCost : { ...counted, tokens: amount(ownCost, 'tokens') };
    const { id = ++this.#lastId, since = this.#now } = place ?? {};
    const placed = { caller, id, since, counted, ownCounted, own };
    return new QueuedCall<Reservation>(call, placed, promised);
  }

  #grant(queued: QueuedCall<Reservation>, { call, own }: Grant): void {
    const { caller, id, since } = queued;
    this.forecaster.went(queued);
    caller.went(this.#queue.fair);
    this.#feedback.totals.started(call);
    const { ownReservation, callId, attempt, ref } = queued;
    const place = { id, since };
    const waitedMs = wholeMs(this.#now - since) + (ownReservation?.waitedMs ?? 0);
    const admission = { call, callId, caller, own, ownReservation, place, waitedMs };
    this.#queue.promote(queued, new Reservation(admission, this.#feedback));
    // Where only its caller's own limits have let it pass, the lane's come next.
    const { emitter, lane, model } = this.#options;
    if (ref !== undefined || emitter.listenerCount('admitted') === 0) return;
    emitter.emit('admitted', { lane, model, callId, key: caller.key, waitedMs, attempt });
  }

  /** Everything that was decided is done: tells what follows, and what has changed. */
  #decided(isAnswer: boolean): void {
    const { closedBy } = this.#options.keeper;
    if (closedBy !== undefined) this.rejectWaiting(closedBy);
    const { waiting } = this;
    const givenUp = this.pauses.giveUp(waiting, (call, error) => this.#reject(call, error));
    if (givenUp !== undefined) this.#resting.rejectAll(givenUp);
    if (isAnswer || this.#options.keeper.isLocal) this.#stays.beginExpected();
    this.onDecided();
  }

  #reject(queued: QueuedCall<Reservation>, error: HeadroomError): void {
    this.admission.told(queued, error);
    this.#queue.leave(queued, error);
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
