import {
  CallTooLarge,
  closedError,
  type HeadroomError,
  QueueFull,
  storeAsyncError,
} from '../errors.ts';
import type { LaneRef } from '../events.ts';
import type { GuardedEmitter } from '../guarded-emitter.ts';
import type { QueuedCall } from '../queue/queued-call.ts';
import { costsOf, unfitOf } from '../rules/pick-next.ts';
import type { Asking, Forecast, Forecaster } from './forecast.ts';
import type { Patience } from './lane-call.ts';
import type { LaneKeeper } from './lane-keeper.ts';
import type { LanePauses } from './lane-pauses.ts';
import { hasWaited, wouldWait } from './rejected-waits.ts';

/** The bounds of a lane's queue. */
export interface QueueBounds {
  /** The longest that calls are held because the provider has refused one. */
  readonly maxPauseMs: number;
  /** The most calls that may wait. */
  readonly maxQueue: number;
}

/** Decides whether a call may join or stay in the queue, and builds the error if not. */
export class LaneAdmission {
  bounds: QueueBounds;
  isClosed = false;
  /** Calls that wait for their callers' own limits, where processes share these. */
  elsewhere = 0;
  readonly #ref: LaneRef;
  readonly #emitter: GuardedEmitter;
  readonly #keeper: LaneKeeper;
  readonly #forecaster: Forecaster;
  readonly #pauses: LanePauses;

  constructor(
    ref: LaneRef,
    emitter: GuardedEmitter,
    keeper: LaneKeeper,
    forecaster: Forecaster,
    pauses: LanePauses,
    bounds: QueueBounds,
  ) {
    this.#ref = ref;
    this.#emitter = emitter;
    this.#keeper = keeper;
    this.#forecaster = forecaster;
    this.#pauses = pauses;
    this.bounds = bounds;
  }

  /** Why a call can't pass, however long it waits. */
  rejection(call: QueuedCall): HeadroomError | undefined {
    if (this.isClosed) return closedError();
    const { closedBy } = this.#keeper;
    if (closedBy !== undefined) return closedBy;
    const unfit = this.unfit(call);
    if (unfit !== undefined) return this.tooLarge(unfit);
    return this.#pauses.error(call.wantedSince, call.refusedAt !== undefined);
  }

  /** The limit that a call exceeds by itself, and by which of its costs. */
  unfit(call: QueuedCall): ReturnType<typeof unfitOf> {
    const { limits } = this.#keeper.state;
    return unfitOf(call, costsOf(call, limits), limits);
  }

  /** Why `tryAcquire` can't say anything: it can't wait for an answer. */
  unasked(): HeadroomError | undefined {
    return this.#keeper.isLocal ? undefined : storeAsyncError();
  }

  /** Why a call may not wait, as far as that can be told now. */
  excess(call: Asking, patience: Patience, isRetry: boolean): HeadroomError | undefined {
    const { maxWaitMs } = patience;
    const mayBeFull =
      !isRetry &&
      this.#forecaster.situation.queue.ahead.all.calls + this.elsewhere >= this.bounds.maxQueue;
    if (!mayBeFull && maxWaitMs === Number.POSITIVE_INFINITY) return undefined;
    const forecast = this.#forecaster.of(call, maxWaitMs);
    const mustWait = forecast.waitMs > 0 || this.#forecaster.situation.obstacle !== undefined;
    const { model } = this.#ref;
    if (mayBeFull && mustWait) return new QueueFull({ model, maxQueue: this.bounds.maxQueue });
    const isTooLong = maxWaitMs === 0 ? mustWait : forecast.waitMs > maxWaitMs;
    return isTooLong ? wouldWait(this.#rejected(call, forecast), patience) : undefined;
  }

  /** The error of a call that has waited as long as it may, and still waits. */
  timedOut(call: QueuedCall, patience: Patience): HeadroomError {
    const { maxWaitMs } = patience;
    const rejected = this.#rejected(call, this.#forecaster.of(call));
    return maxWaitMs === 0 ? wouldWait(rejected, patience) : hasWaited(rejected, call.since);
  }

  /** The error of a call that exceeds a limit by itself, now or since the limit has changed. */
  tooLarge({ cost, limit }: NonNullable<ReturnType<typeof unfitOf>>): HeadroomError {
    return new CallTooLarge({ model: this.#ref.model, cost, limit });
  }

  /** Tells that a call is rejected with `error`. */
  told(
    { caller, callId, ref }: Pick<Asking, 'caller' | 'callId' | 'ref'>,
    error: HeadroomError,
  ): HeadroomError {
    this.#emitter.emit('rejected', { ...(ref ?? this.#ref), callId, key: caller.key, error });
    return error;
  }

  #rejected(
    call: Pick<Asking, 'caller' | 'ref'>,
    forecast: Forecast,
  ): Parameters<typeof wouldWait>[0] {
    const { situation } = this.#forecaster;
    const { caller, ref = this.#ref } = call;
    return { caller, model: ref.model, forecast, situation };
  }
}
