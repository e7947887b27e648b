import { CallQueue } from './call-queue.ts';
import type { Clock } from './clock.ts';
import { CallTooLarge, HeadroomError, RateLimitExceeded } from './errors.ts';
import type { GuardedEmitter, LaneRef, PauseCause, Reason } from './events.ts';
import type { Gate, Wait } from './gate.ts';
import { LaneLearning } from './lane-learning.ts';
import type { LaneLimits } from './lane-limits.ts';
import { type LaneSnapshot, NO_TOTALS, withUse } from './lane-snapshot.ts';
import { type Cost, type Dimension, type Limit, plus } from './limits.ts';
import type { WaitingCall } from './line.ts';
import { LOOKED_AT, nextCall } from './next-call.ts';
import type { TokenEstimate, Usage } from './providers/provider.ts';
import { type Pause, Recovery } from './recovery.ts';
import { type Rejection, Reservation, type ReservationEnds } from './reservation.ts';
import type { ObservedLimit } from './wire/headers.ts';

/** A call that wants to pass. */
export interface LaneCall {
  readonly cost: Cost;
  /** Dimensions in which the cost is a guess. */
  readonly expects?: readonly Dimension[] | undefined;
  readonly key?: string | undefined;
  readonly priority?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** 1 for the first attempt. */
  readonly attempt?: number | undefined;
  /** The place of an earlier attempt, to be kept. */
  readonly ticket?: number | undefined;
}

export interface LaneOptions extends LaneRef {
  readonly clock: Clock;
  readonly gate: Gate;
  readonly limits: LaneLimits;
  readonly concurrency: number;
  readonly maxPauseMs: number;
  /** The limits are unsure: until a response has shown them, few calls are in flight. */
  readonly isCold: boolean;
  readonly emitter: GuardedEmitter;
}

/** A slow answer doesn't hold a lane up for long: this often, twice as many calls may go. */
const PROBING_STEP_MS = 1000;

/**
 * One upstream limit: a line of calls, a gate of buckets behind it, and the pauses that the
 * provider asks for.
 *
 * Invariant: a call is started only after its cost has been taken from the gate, in one step; so
 * what is in flight has been paid for, and what waits has not.
 *
 * Longer than most files: whatever ends or begins (a call, a pause, a probe) may start the next
 * call, and that is easier to follow in one place. What can be told apart has been: the order
 * (`nextCall`), the queue, the recovery, and what is learned.
 */
export class Lane implements ReservationEnds {
  readonly #options: LaneOptions;
  readonly #ref: LaneRef;
  readonly #queue: CallQueue;
  readonly #recovery: Recovery;
  readonly #learning: LaneLearning;
  #lastTicket = 0;
  #totals = NO_TOTALS;
  #cancelWakeUp: (() => void) | undefined;
  #cancelResume: (() => void) | undefined;
  #isPumpDue = false;
  #isClosed = false;

  constructor(options: LaneOptions) {
    this.#options = options;
    this.#ref = { lane: options.lane, model: options.model };
    this.#queue = new CallQueue(options.concurrency, () => this.#pumpSoon());
    this.#recovery = new Recovery(options.isCold);
    const { gate, limits, concurrency, emitter } = options;
    this.#learning = new LaneLearning(gate, limits, (news) => {
      emitter.emit('limits', { ...this.#ref, ...news, concurrency });
    });
  }

  /** Waits until the call may be sent. */
  acquire(call: LaneCall): Promise<Reservation> {
    const { cost, expects = [], key, priority = 0, signal, ticket = ++this.#lastTicket } = call;
    const error = this.#refusal(this.#options.gate.tempered(cost, expects));
    if (error !== undefined) return Promise.reject(this.#rejected(key, error));
    return new Promise((resolve, reject) => {
      const waiting = waitingCall({ cost, expects, ticket, key, signal });
      let isHeldBack = signal?.aborted !== true;
      const reserve = (): Reservation => {
        isHeldBack = false;
        if (waiting.error !== undefined) throw waiting.error;
        return this.#reserve(waiting.taken ?? cost, ticket);
      };
      const id = this.#queue.join(waiting, priority, reserve, { resolve, reject });
      if (this.#isWorthALook(id)) this.#pump();
      if (isHeldBack) this.#tellThrottled(call);
    });
  }

  /** Whether no limit is smaller than the cost alone. */
  fits(cost: Cost): boolean {
    return this.#options.gate.tooSmallFor(cost) === undefined;
  }

  /** Lets the call through now, or says why not. Throws where it can never pass. */
  tryAcquire(cost: Cost): Reservation | Rejection {
    const error = this.#refusal(cost);
    if (error !== undefined) throw this.#rejected(undefined, error);
    this.#watchPause();
    const obstacle = this.#queue.size > 0 ? 'queue' : this.#obstacle();
    if (obstacle !== undefined) {
      return { granted: false, reason: obstacle, waitMs: this.#prediction(cost).waitMs };
    }
    const { waitMs, dimension } = this.#options.gate.takeAsHead(cost, this.#now);
    return waitMs > 0 ? { granted: false, reason: dimension, waitMs } : this.#admit(cost);
  }

  /** The provider has refused `reservation`'s call: pauses the lane, unless that is old news. */
  refuse(reservation: Reservation, cause: PauseCause, retryAfterMs: number | undefined): void {
    const { epoch } = reservation.admission;
    const kind = cause === 'capacity' ? 'overloaded' : 'refused';
    this.#totals = { ...this.#totals, [kind]: this.#totals[kind] + 1 };
    if (cause !== 'capacity') this.#learning.refused();
    const pause = this.#recovery.refuse({ epoch, cause, retryAfterMs }, this.#now);
    if (pause === undefined) return;
    this.#learning.episode(cause, this.#now);
    if (!this.#isClosed) this.#pause(pause);
  }

  /** Milliseconds since the epoch; `undefined` where the lane isn't paused. */
  get pausedUntil(): number | undefined {
    const { pause } = this.#recovery;
    return pause !== undefined && pause.until > this.#now ? pause.until : undefined;
  }

  /** Learns what the response to `reservation`'s call shows of the limits. */
  observe({ admission }: Reservation, observed: readonly ObservedLimit[]): void {
    if (this.#learning.observe(admission, observed, this.#now)) this.#recovery.open();
    this.#pump();
  }

  /** Notes what a call was expected to use, and what it used. */
  used(key: string | undefined, estimated: TokenEstimate, actual: Usage | undefined): void {
    if (actual !== undefined) this.#totals = withUse(this.#totals, estimated, actual);
    this.#options.emitter.emit('usage', { ...this.#ref, key, estimated, actual });
  }

  answered(reservation: Reservation): void {
    this.#recovery.answer(reservation.admission.epoch, this.#learning.isPaced);
    this.#learning.answered(this.#now);
    this.#pump();
  }

  ended(reservation: Reservation, actual: Cost, wasAnswered: boolean): void {
    const { cost, at, epoch } = reservation.admission;
    this.#options.gate.settle(cost, actual, at, this.#now);
    if (!wasAnswered) this.#recovery.forget(epoch);
  }

  snapshot(): LaneSnapshot {
    const limits = this.#options.gate.levels(this.#now);
    return {
      ...this.#ref,
      limits: limits.map(({ limit, level }) => ({ ...limit, level })),
      othersShare: this.#options.gate.othersShare,
      concurrency: this.#queue.concurrency,
      queued: this.#queue.size,
      inFlight: this.#queue.inFlight,
      pausedUntil: this.pausedUntil,
      etaMs: this.#queue.size === 0 ? 0 : this.#prediction().waitMs,
      totals: this.#totals,
    };
  }

  /** Resolves when nothing waits and nothing is in flight. */
  drain(): Promise<void> {
    return this.#queue.onIdle();
  }

  /** Rejects what waits and all that comes; what is in flight goes on. */
  close(): void {
    this.#isClosed = true;
    this.#cancelResume?.();
    this.#cancelWakeUp?.();
    this.#rejectWaiting(closedError());
  }

  get #now(): number {
    return this.#options.clock.now();
  }

  /** Why a call is not even let into the line. */
  #refusal(cost: Cost): HeadroomError | undefined {
    if (this.#isClosed) return closedError();
    const limit = this.#options.gate.tooSmallFor(cost);
    if (limit !== undefined) return new CallTooLarge({ model: this.#options.model, cost, limit });
    const { pause } = this.#recovery;
    return pause === undefined ? undefined : this.#pauseError(pause);
  }

  /** The error of a pause that is longer than calls may be held. */
  #pauseError(pause: Pause): RateLimitExceeded | undefined {
    const { maxPauseMs, model } = this.#options;
    const waitMs = pause.until - this.#now;
    if (waitMs <= maxPauseMs) return undefined;
    const message = `The provider takes no calls to ${model} for ${Math.ceil(waitMs)} ms, longer than \`maxPauseMs\` (${maxPauseMs})`;
    return new RateLimitExceeded({ message, reason: 'paused', waitMs, resetAt: pause.until });
  }

  #rejected(key: string | undefined, error: HeadroomError): HeadroomError {
    this.#options.emitter.emit('rejected', { ...this.#ref, key, error });
    return error;
  }

  /** The error of a call that fitted when it came, and no longer does: the limit is another one. */
  #tooLarge(key: string | undefined, cost: Cost, limit: Limit): HeadroomError {
    const { model } = this.#options;
    return this.#rejected(key, new CallTooLarge({ model, cost, limit }));
  }

  /** Lets a call through whose cost has been taken from the gate already. */
  #admit(cost: Cost): Reservation {
    const reservation = this.#reserve(cost, ++this.#lastTicket);
    const { ticket } = reservation.admission;
    const call = waitingCall({ cost, expects: [], ticket, key: undefined, signal: undefined });
    const nobody = { resolve: () => {}, reject: () => {} };
    this.#queue.start(
      this.#queue.join({ ...call, error: undefined }, 0, () => reservation, nobody),
    );
    return reservation;
  }

  #reserve(cost: Cost, ticket: number): Reservation {
    this.#totals = { ...this.#totals, calls: this.#totals.calls + 1 };
    const { taken } = this.#options.gate;
    const epoch = this.#recovery.start();
    return new Reservation({ cost, at: this.#now, epoch, taken, ticket }, this);
  }

  /** Once for all the calls that end or are aborted in one go. */
  #pumpSoon(): void {
    if (this.#isPumpDue) return;
    this.#isPumpDue = true;
    queueMicrotask(() => {
      this.#isPumpDue = false;
      this.#pump();
    });
  }

  /** Starts every call that may go now, and wakes up for the next one. */
  #pump(): void {
    this.#cancelWakeUp?.();
    this.#cancelWakeUp = undefined;
    while (this.#queue.size > 0 && this.#obstacle() === undefined) {
      const { isProbe } = this.#recovery;
      const calls = this.#queue.calls();
      const choice = nextCall(calls, this.#options.gate, isProbe, this.#now);
      if ('waitMs' in choice) {
        this.#wakeUpIn(choice.waitMs);
        return;
      }
      const { id, call, cost } = choice;
      call.taken = cost;
      if ('unfit' in choice) call.error = this.#tooLarge(call.key, cost, choice.unfit);
      this.#queue.start(id);
    }
    if (this.#queue.size > 0 && this.#recovery.isProbing) this.#widenIn(PROBING_STEP_MS);
    this.#watchPause();
  }

  /** What keeps any call from starting, besides the gate. Its end pumps again. */
  #obstacle(): Reason | undefined {
    if (!this.#recovery.isPassable) return this.#recovery.isCold ? 'learning' : 'paused';
    return this.#queue.isSaturated ? 'concurrency' : undefined;
  }

  /** Whether a call that has just joined can change who goes next. */
  #isWorthALook(id: string): boolean {
    const isFarBack = this.#queue.size > LOOKED_AT && this.#queue.isLast(id);
    return !isFarBack || this.#cancelWakeUp === undefined;
  }

  #wakeUpIn(waitMs: number): void {
    if (waitMs === Number.POSITIVE_INFINITY) return;
    this.#cancelWakeUp = this.#options.clock.setTimeout(() => this.#pump(), Math.ceil(waitMs));
  }

  #widenIn(waitMs: number): void {
    const widen = (): void => {
      this.#recovery.widen();
      this.#pump();
    };
    this.#cancelWakeUp = this.#options.clock.setTimeout(widen, waitMs);
  }

  #pause(pause: Pause): void {
    const { cause, since, until } = pause;
    this.#cancelWakeUp?.();
    this.#options.emitter.emit('paused', {
      ...this.#ref,
      cause,
      until,
      retryAfterMs: until - since,
    });
    const error = this.#pauseError(pause);
    if (error !== undefined) this.#rejectWaiting(error);
    this.#watchPause();
  }

  /** Resumes when the pause is over; only while calls wait for that does a timer run. */
  #watchPause(): void {
    const { pause } = this.#recovery;
    this.#cancelResume?.();
    this.#cancelResume = undefined;
    if (pause === undefined) return;
    const waitMs = pause.until - this.#now;
    if (waitMs <= 0) this.#resume(pause);
    else if (this.#queue.size > 0) {
      this.#cancelResume = this.#options.clock.setTimeout(() => this.#resume(pause), waitMs);
    }
  }

  /**
   * Goes on after a pause. The provider has said that it has no room, so the buckets start empty,
   * unless it was merely overloaded.
   */
  #resume({ cause, since, until }: Pause): void {
    const pausedMs = until - since;
    this.#totals = { ...this.#totals, pausedMs: this.#totals.pausedMs + pausedMs };
    if (cause !== 'capacity') this.#options.gate.drain(until, cause === 'daily');
    this.#recovery.resume();
    this.#options.emitter.emit('resumed', { ...this.#ref, cause, pausedMs });
    this.#pump();
  }

  #rejectWaiting(error: HeadroomError): void {
    for (const { call } of this.#queue.calls()) this.#rejected(call.key, error);
    this.#queue.clear(error);
  }

  #tellThrottled({ key, attempt = 1 }: LaneCall): void {
    const { waitMs, dimension } = this.#prediction();
    const reason = this.#obstacle() ?? dimension;
    const queued = this.#queue.size;
    this.#options.emitter.emit('throttled', { ...this.#ref, reason, waitMs, key, queued, attempt });
  }

  /** When the last waiting call, or one more, is expected to go, and the dimension that decides. */
  #prediction(more: Cost = {}): Wait {
    const { pause } = this.#recovery;
    const wait = this.#options.gate.predict(plus(this.#queue.waitingCost, more), this.#now);
    const pauseMs = pause === undefined ? 0 : Math.max(0, pause.until - this.#now);
    return { ...wait, waitMs: wait.waitMs + pauseMs };
  }
}

function waitingCall(call: Omit<WaitingCall, 'deadline' | 'taken' | 'error'>): WaitingCall {
  return { ...call, deadline: undefined, taken: undefined, error: undefined };
}

function closedError(): HeadroomError {
  return new HeadroomError('closed', 'This rate limiter has been closed: it takes no more calls');
}
