import type { Caller } from '../callers/caller.ts';
import { inWords } from '../duration.ts';
import {
  CallTooLarge,
  closedError,
  HeadroomError,
  QueueFull,
  RateLimitExceeded,
  StoreUnavailable,
} from '../errors.ts';
import type { GuardedEmitter, LaneRef } from '../events.ts';
import type { Gate } from '../gate/gate.ts';
import type { Cost, Limit } from '../model/limits.ts';
import type { Reason } from '../model/reason.ts';
import type { CallQueue } from '../queue/call-queue.ts';
import { costsOf, unfitOf } from '../queue/next-call.ts';
import type { WaitingCall } from '../queue/waiting-call.ts';
import type { Decider } from '../stores/lane-sharing.ts';
import {
  type Forecast,
  forecast,
  hasWaited,
  type Patience,
  pausedEvidence,
  type Said,
  type Situation,
  toldWaitMs,
  wouldWait,
} from './forecast.ts';
import type { Pause } from './recovery.ts';

/** A lane as it is now. */
export interface LaneState {
  readonly now: number;
  readonly gate: Gate;
  readonly queue: CallQueue;
  readonly pause: Pause | undefined;
  /** What stops the whole lane now. */
  readonly obstacle: Reason | undefined;
  /** How long calls have lately been in flight. */
  readonly flightMs: number;
  readonly isClosed: boolean;
  readonly decider: Decider;
  /** Why the store is lost, where it is. */
  readonly lostCause: unknown;
  /** What has to be set right, where it was never reached. */
  readonly remedy: string | undefined;
  readonly maxQueue: number;
  readonly maxPauseMs: number;
}

/** Says who is not let into a lane, or not to stay, and why; and what those are told who are. */
export class Door {
  readonly #ref: LaneRef;
  readonly #emitter: GuardedEmitter;
  readonly #stateNow: () => LaneState;

  constructor(ref: LaneRef, emitter: GuardedEmitter, stateNow: () => LaneState) {
    this.#ref = ref;
    this.#emitter = emitter;
    this.#stateNow = stateNow;
  }

  /** Why a call can't pass, however long it waits. */
  refusal(call: WaitingCall): HeadroomError | undefined {
    const { isClosed, decider, gate, pause } = this.#stateNow();
    if (isClosed) return closedError();
    if (decider === 'closed') return this.storeError();
    const unfit = unfitOf(call, costsOf(call, gate), gate);
    if (unfit !== undefined) return new CallTooLarge({ model: this.#ref.model, ...unfit });
    return pause === undefined ? undefined : this.pauseError(pause);
  }

  /** Why a call is not let into the line, or not to stay in it, that would have to wait there. */
  crowd(call: WaitingCall, priority: number, said?: Said): HeadroomError | undefined {
    const { queue, maxQueue } = this.#stateNow();
    if (queue.waiting < maxQueue) return undefined;
    if (said === undefined && this.#isToBeAsked && queue.waiting === 0) return undefined;
    if (!this.#mustWait(this.forecast(call, priority, said), said)) return undefined;
    return new QueueFull({ model: this.#ref.model, maxQueue });
  }

  /**
   * Why a call is not let into the line, or not to stay in it, that may wait for so long only.
   * `said`: where a store has been asked for it. Until then that alone knows, unless it isn't to be
   * asked now.
   */
  excess(
    call: WaitingCall,
    priority: number,
    patience: Patience,
    said?: Said,
  ): HeadroomError | undefined {
    const { maxWaitMs } = patience;
    if (maxWaitMs === Number.POSITIVE_INFINITY) return undefined;
    if (said === undefined && this.#isToBeAsked) return undefined;
    const expected = this.forecast(call, priority, said);
    const mustWait = this.#mustWait(expected, said);
    const isTooLong = maxWaitMs === 0 ? mustWait : expected.waitMs > maxWaitMs;
    return isTooLong ? wouldWait(this.#turned(call, expected), patience) : undefined;
  }

  /** The error of a call that has waited as long as it may, and still waits. */
  overdue(call: WaitingCall, priority: number, patience: Patience, said?: Said): HeadroomError {
    const { maxWaitMs } = patience;
    const turned = this.#turned(call, this.forecastOfWaiting(call, priority, said));
    const error =
      maxWaitMs === 0 ? wouldWait(turned, patience) : hasWaited(turned, maxWaitMs, call.since);
    return this.rejected(call.caller, error);
  }

  /** The error of a call that fitted when it came, and no longer does: the limit is another one. */
  tooLarge(caller: Caller, cost: Cost, limit: Limit): HeadroomError {
    return this.rejected(caller, new CallTooLarge({ model: this.#ref.model, cost, limit }));
  }

  /** The error of a pause that is longer than calls may be held. */
  pauseError(pause: Pause): RateLimitExceeded | undefined {
    const { gate, maxPauseMs, now } = this.#stateNow();
    const waitMs = pause.until - now;
    if (waitMs <= maxPauseMs) return undefined;
    const message = `The provider takes no calls to ${this.#ref.model} for ${inWords(waitMs)}, longer than \`maxPauseMs\` (${maxPauseMs}) allows`;
    const evidence = { ...pausedEvidence(gate, now), waitMs, resetAt: pause.until };
    return new RateLimitExceeded({ message, reason: 'paused', ...evidence });
  }

  storeError(): HeadroomError {
    const { lostCause, remedy } = this.#stateNow();
    const why = remedy ?? "`onStoreLost` is 'closed'";
    return new StoreUnavailable(
      `The store that processes share can't be reached: ${why}`,
      lostCause,
    );
  }

  /** Why `tryAcquire` can't say anything: it can't wait for an answer. */
  unasked(): HeadroomError | undefined {
    if (this.#stateNow().decider !== 'store') return undefined;
    const message =
      "`tryAcquire` can't ask a store, which takes a moment: use `acquire(cost, { maxWaitMs: 0 })`";
    return new HeadroomError('store_async', message);
  }

  /** Tells that a call is rejected with `error`. */
  rejected({ key }: Caller, error: HeadroomError): HeadroomError {
    this.#emitter.emit('rejected', { ...this.#ref, key, error });
    return error;
  }

  /** When a call would go if it joined now. */
  forecast(call: WaitingCall, priority: number, said?: Said): Forecast {
    return forecast(call, priority, this.situation, this.#stateNow().now, said);
  }

  /** When a call will go that counts in the line already. */
  forecastOfWaiting(call: WaitingCall, priority: number, said?: Said): Forecast {
    return this.forecast({ ...call, cost: {}, counted: {} }, priority, said);
  }

  /** The wait that a caller is told of. */
  told(expected: Forecast): number {
    return toldWaitMs(expected, this.situation);
  }

  get situation(): Situation {
    const { gate, queue, pause, obstacle, flightMs, now } = this.#stateNow();
    const pauseMs = pause === undefined ? 0 : Math.max(0, pause.until - now);
    return { gate, queue, obstacle, pauseMs, flightMs };
  }

  #turned({ caller }: WaitingCall, forecast: Forecast): Parameters<typeof wouldWait>[0] {
    const { now } = this.#stateNow();
    return { caller, model: this.#ref.model, forecast, situation: this.situation, now };
  }

  /** Whether only a store knows how long a call waits, and will be asked. */
  get #isToBeAsked(): boolean {
    const { decider, obstacle, pause } = this.#stateNow();
    return decider === 'store' && obstacle === undefined && pause === undefined;
  }

  #mustWait({ waitMs }: Forecast, { ofLane, ofKey }: Said = {}): boolean {
    const isHeld = ofLane !== undefined || ofKey !== undefined;
    return isHeld || waitMs > 0 || this.#stateNow().obstacle !== undefined;
  }
}
