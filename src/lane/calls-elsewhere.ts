import type { Caller } from '../callers/caller.ts';
import type { LaneRef } from '../events.ts';
import { newCallId } from '../model/call-id.ts';
import type { Costs } from '../rules/ticket.ts';
import { type LaneCall, plainCall } from './lane-call.ts';
import type { LaneOptions, OwnLane } from './lane-options.ts';
import type { LaneQueue } from './lane-queue.ts';
import type { Reservation } from './reservation.ts';

/** Calls that aren't in the lane's queue yet: they rest, or pass their callers' own limits first. */
export class CallsElsewhere {
  readonly #options: LaneOptions;
  readonly #ref: LaneRef;
  readonly #queue: LaneQueue;
  readonly #acquiring = new Set<Promise<Reservation>>();

  constructor(options: LaneOptions, ref: LaneRef, queue: LaneQueue) {
    this.#options = options;
    this.#ref = ref;
    this.#queue = queue;
  }

  get count(): number {
    return this.#acquiring.size;
  }

  /** Resolves when those that are here now may be sent, or have been rejected. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#acquiring);
  }

  /** `undefined` for a call that joins the queue at once. */
  acquire(call: LaneCall): Promise<Reservation> | undefined {
    const { caller, notBefore = 0, signal } = call;
    if (notBefore > this.#now) {
      const rested = this.#queue.resting.rest(notBefore, signal);
      const isTold = this.#tellResting(call, notBefore - this.#now);
      const next = isTold ? { ...plainCall(call), isTold } : call;
      return this.#noted(rested.then(() => this.#acquireRested(next)));
    }
    const own = caller && this.#options.ownLanes?.of(caller);
    if (caller === undefined || own === undefined) return undefined;
    return this.#noted(this.#acquireOwnFirst(call, caller, own));
  }

  /** A call that rests waits too. Returns whether anybody listens. */
  #tellResting({ caller, callId, attempt = 1 }: LaneCall, restMs: number): boolean {
    const { emitter } = this.#options;
    if (callId === undefined || emitter.listenerCount('throttled') === 0) return false;
    const why = {
      reason: 'paused',
      limitOf: 'lane',
      waitMs: Math.max(1, Math.ceil(restMs)),
    } as const;
    const told = { callId, key: caller?.key, queued: this.#queue.size, attempt };
    emitter.emit('throttled', { ...this.#ref, ...why, ...told });
    return true;
  }

  #acquireRested(call: LaneCall): Promise<Reservation> {
    return this.acquire(call) ?? this.#queue.acquire(call);
  }

  #noted(acquired: Promise<Reservation>): Promise<Reservation> {
    this.#acquiring.add(acquired);
    const over = (): void => void this.#acquiring.delete(acquired);
    acquired.then(over, over);
    return acquired;
  }

  /** The call passes its caller's own limits before it asks the lane. */
  async #acquireOwnFirst(
    asked: LaneCall,
    caller: Caller,
    own: Promise<OwnLane | undefined>,
  ): Promise<Reservation> {
    const { callId = newCallId() } = asked;
    const call = { ...plainCall(asked), callId };
    const lane = await own;
    if (lane === undefined) return this.#queue.acquire(call);
    const { admission, placer } = this.#queue;
    const error = admission.rejection(placer.placed(call));
    if (error !== undefined) throw admission.told({ caller, callId, ref: undefined }, error);
    const since = this.#now;
    const ownReservation = await this.#acquireOwn(lane, call);
    const { maxWaitMs = Number.POSITIVE_INFINITY } = call;
    const left = Math.max(0, maxWaitMs - (this.#now - since));
    try {
      return await this.#queue.acquire({ ...call, maxWaitMs: left, ownReservation });
    } catch (rejected) {
      ownReservation.cancel();
      throw rejected;
    }
  }

  /** While it is held there, it counts as a call that waits here. */
  #acquireOwn(lane: OwnLane, call: LaneCall): Promise<Reservation> {
    const { admission } = this.#queue;
    let held = 0;
    const onHeld = (): void => {
      held = 1;
      admission.elsewhere++;
    };
    const passed = lane.acquire({ ...ofOwn(call), ref: this.#ref, place: undefined, onHeld });
    return passed.finally(() => {
      admission.elsewhere -= held;
    });
  }

  get #now(): number {
    return this.#options.clock.now();
  }
}

/** The call, as it asks for its caller's own limits. */
function ofOwn({ costNow, ...call }: LaneCall): LaneCall {
  const { ownCost = call.cost } = call;
  const now = costNow && ((): Costs => ({ cost: costNow().own, own: costNow().own }));
  return { ...call, cost: ownCost, costNow: now, charges: undefined };
}
