import { Caller } from '../callers/caller.ts';
import { wholeMs } from '../duration.ts';
import { closedError, type HeadroomError } from '../errors.ts';
import type { LaneRef } from '../events.ts';
import { LaneLearning, type LimitNews, type RefusalWords } from '../learning/lane-learning.ts';
import type { ReservationEnd } from '../model/grant.ts';
import type { Cost } from '../model/limits.ts';
import type { ObservedLimit, Sighting } from '../model/observed-limit.ts';
import type { PauseCause, Stated } from '../model/refusal.ts';
import type { TokenEstimate, Usage } from '../model/usage.ts';
import { CallQueue, type Joined } from '../queue/call-queue.ts';
import { costsOf, unfitOf } from '../queue/next-call.ts';
import type { WaitingCall } from '../queue/waiting-call.ts';
import type { LaneSharing } from '../stores/lane-sharing.ts';
import { Dispatch } from './dispatch.ts';
import { Door, type LaneState } from './door.ts';
import type { Forecast, Patience, Said } from './forecast.ts';
import type { LaneCall } from './lane-call.ts';
import type { LaneOptions, LaneTerms } from './lane-options.ts';
import type { LaneSnapshot } from './lane-snapshot.ts';
import { Pausing } from './pausing.ts';
import { type Pause, Recovery } from './recovery.ts';
import { type Rejection, Reservation, type ReservationEnds } from './reservation.ts';
import type { Stage } from './stage.ts';
import { Tally } from './tally.ts';

/**
 * One upstream limit: a line of calls, a gate of buckets behind it, and the pauses that the
 * provider asks for.
 *
 * Invariant: a call is started only after its cost has been taken from the gate, in one step; so
 * what is in flight has been paid for, and what waits has not.
 *
 * Longer than most files: it is where whatever happens to a call is told to all who have to know.
 * What they make of it is elsewhere: who may join (`Door`), who goes when (`Dispatch`), pauses
 * (`Recovery`, `Pausing`), what is learned (`LaneLearning`), and what is counted (`Tally`).
 */
export class Lane implements ReservationEnds {
  #options: LaneOptions;
  readonly #ref: LaneRef;
  readonly #queue: CallQueue;
  readonly #recovery: Recovery;
  readonly #learning: LaneLearning;
  readonly #door: Door;
  readonly #dispatch: Dispatch;
  readonly #pausing: Pausing;
  readonly #tally = new Tally();
  readonly #nobody = new Caller(undefined);
  #lastTicket = 0;
  #isClosed = false;

  constructor(options: LaneOptions) {
    const { clock, gate, concurrency, store, lane, model, emitter } = options;
    this.#options = options;
    this.#ref = { lane, model };
    const queue = new CallQueue(concurrency.limit, () => this.#dispatch.lookSoon());
    this.#queue = queue;
    queue.line.sizeOf = (cost) => gate.sizeOf(cost);
    const recovery = new Recovery(options.isCold);
    this.#recovery = recovery;
    const tell = (news: LimitNews): void => {
      emitter.emit('limits', { ...this.#ref, ...news });
    };
    this.#learning = new LaneLearning({ ...options, tell }, this.#now);
    const now = (): LaneState => this.#state;
    this.#door = new Door(this.#ref, emitter, now);
    this.#pausing = new Pausing({
      ...this.#ref,
      clock,
      emitter,
      recovery,
      isAwaited: () => queue.size > 0,
      begun: (pause) => this.#rejectForPause(pause),
      ends: (pause, pausedMs) => {
        this.#tally.paused(pausedMs);
        if (pause.cause !== 'capacity') this.#learning.resumed(pause.until);
      },
      ended: () => this.#dispatch.look(),
    });
    this.#dispatch = new Dispatch({
      ...{ lane, clock, gate, queue, recovery, concurrency, store },
      tooLarge: (caller, cost, limit) => this.#door.tooLarge(caller, cost, limit),
      looked: () => this.#pausing.watch(),
      paused: ({ cause, forMs }) => {
        if (recovery.pause !== undefined || this.#isClosed) return;
        const pause = { cause, since: this.#now, until: this.#now + forMs };
        recovery.adopt(pause);
        this.#pause(pause);
      },
      learned: (learned) => {
        this.#learning.adopt(learned, this.#now);
        recovery.open();
      },
    });
    const { sharing } = this.#dispatch;
    if (sharing !== undefined) gate.share(sharing.share, this.#now);
  }

  /** Waits until the call may be sent. */
  acquire(call: LaneCall): Promise<Reservation> {
    const { priority = 0, signal, attempt = 1, mayWait = true } = call;
    const waiting = this.#waiting(call, call.ticket ?? ++this.#lastTicket);
    const { caller, maxWaitMs } = waiting;
    const patience = { maxWaitMs, mayWait };
    const unwelcome = (said?: Said): HeadroomError | undefined =>
      (call.ticket === undefined ? this.#door.crowd(waiting, priority, said) : undefined) ??
      this.#door.excess(waiting, priority, patience, said);
    const error = this.#door.refusal(waiting) ?? unwelcome();
    if (error !== undefined) return Promise.reject(this.#door.rejected(caller, error));
    return new Promise((resolve, reject) => {
      let isHeldBack = signal?.aborted !== true;
      let stop = (): void => {};
      const reserve = (): Reservation => {
        isHeldBack = false;
        if (waiting.error !== undefined) throw waiting.error;
        return this.#reserve(waiting);
      };
      const over = (): void => {
        isHeldBack = false;
        stop();
      };
      // Whether it has to wait, only the store can tell.
      const isAsked = this.#dispatch.decider === 'store';
      waiting.counts = !isAsked;
      const joined = this.#queue.join(waiting, priority, reserve, { resolve, reject, over });
      // A call whose signal had aborted has left again.
      if (this.#queue.line.has(joined.id)) this.#listenTo(caller);
      const stay = (forecast: Forecast): void => {
        this.#tellThrottled(waiting, forecast, attempt);
        stop = this.#expelIn(patience, joined, waiting, priority);
      };
      // The same as for a call that comes to a lane without a store, only later.
      const tell = (): void => {
        if (!isHeldBack) return;
        const said = this.#saidOf(waiting);
        const error = unwelcome(said);
        if (error !== undefined) {
          this.#expel(joined, waiting, this.#door.rejected(caller, error));
          return;
        }
        const forecast = this.#door.forecast(waiting, priority, said);
        this.#queue.count(joined.id, waiting);
        stay(forecast);
      };
      if (isAsked && isHeldBack) stop = this.#dispatch.storeWord.await(waiting, tell);
      this.#dispatch.lookAt(joined.id);
      if (!isAsked && isHeldBack) stay(this.#door.forecastOfWaiting(waiting, priority));
    });
  }

  /** Whether no limit is smaller than the cost alone. */
  fits(cost: Cost): boolean {
    return this.#options.gate.tooSmallFor(cost) === undefined;
  }

  /** Lets the call through now, or says why not. Throws where it can never pass. */
  tryAcquire(call: Pick<LaneCall, 'cost' | 'caller'>): Reservation | Rejection {
    const waiting = this.#waiting(call, 0);
    const { caller } = waiting;
    const error = this.#door.refusal(waiting) ?? this.#door.unasked();
    if (error !== undefined) throw this.#door.rejected(caller, error);
    this.#pausing.watch();
    const { gate } = this.#options;
    const forecast = this.#door.forecast(waiting, 0);
    const { reason } = forecast;
    const waitMs = this.#door.told(forecast);
    const obstacle = this.#queue.size > 0 ? 'queue' : this.#dispatch.obstacle;
    if (obstacle !== undefined) return { granted: false, reason: obstacle, waitMs };
    const at = this.#now;
    const { cost, own } = costsOf(waiting, gate);
    const held = caller.wait(own, at);
    if (held.waitMs > 0) return { granted: false, reason, waitMs };
    const wait = gate.takeAsHead(cost, at);
    if (wait.waitMs > 0) return { granted: false, reason: wait.dimension, waitMs };
    caller.take(own, at);
    return this.#admit({ ...waiting, ticket: ++this.#lastTicket, taken: { cost, own, at } });
  }

  /**
   * Goes on with what is given anew, and looks at what waits again: as much goes as there is room
   * for now, and what is larger than a limit now is rejected. What has been used stays used.
   */
  configure({ start, headroom, inFlight, maxPauseMs, maxQueue }: LaneTerms): void {
    const { concurrency } = this.#options;
    const before = concurrency.limit;
    this.#options = { ...this.#options, maxPauseMs, maxQueue };
    concurrency.configure(inFlight.start, inFlight.most);
    const tells = concurrency.limit !== before;
    this.#learning.configure({ start, headroom, tells }, this.#now);
    const { pause } = this.#recovery;
    if (pause !== undefined) this.#rejectForPause(pause);
    this.#review();
    this.#dispatch.look();
  }

  /** When a call would go if it came now. Takes nothing. */
  forecast(call: LaneCall): Forecast {
    return this.#door.forecast(this.#waiting(call, 0), call.priority ?? 0);
  }

  /** Whether a call could ever go: it exceeds no limit by itself. */
  canPass(call: LaneCall): boolean {
    const waiting = this.#waiting(call, 0);
    const { gate } = this.#options;
    return unfitOf(waiting, costsOf(waiting, gate), gate) === undefined;
  }

  /** The provider has refused `reservation`'s call: pauses the lane, unless that is old news. */
  refuse(
    reservation: Reservation,
    cause: PauseCause,
    retryAfterMs: number | undefined,
    words: RefusalWords = {},
  ): void {
    const { admission } = reservation;
    const { epoch } = admission;
    this.#tally.refused(cause === 'capacity' ? 'overloaded' : 'refused');
    if (cause !== 'capacity') this.#learning.refused(admission);
    this.#sharing?.refused(admission.grant, cause, retryAfterMs, words.dimension);
    const pause = this.#recovery.refuse({ epoch, cause, retryAfterMs }, this.#now);
    if (pause === undefined) return;
    this.#learning.episode(cause, words, this.#queue.inFlight, this.#now);
    if (this.#dispatch.decider === 'store') this.#sharing?.tellLearned();
    if (!this.#isClosed) this.#pause(pause);
  }

  /** A refusal that nothing but its own call suffers from states limits. */
  told(stated: Stated): void {
    this.#learning.told(stated, this.#now);
    this.#dispatch.look();
  }

  /** Milliseconds since the epoch; `undefined` where the lane isn't paused. */
  get pausedUntil(): number | undefined {
    return this.#pausing.until;
  }

  /** Whether a new lane would do as well: nothing waits, is in flight, or has to come back. */
  get isIdle(): boolean {
    if (this.#sharing?.isIdle === false) return false;
    if (this.#queue.size + this.#queue.inFlight > 0 || this.pausedUntil !== undefined) return false;
    return this.#options.gate.isFull(this.#now);
  }

  /** Learns what the response to `reservation`'s call shows of the limits. */
  observe(reservation: Reservation, observed: readonly ObservedLimit[]): void {
    const { admission } = reservation;
    const sightings = this.#learning.observe(admission, observed, this.#now);
    if (sightings.length > 0) this.#recovery.open();
    const { gate } = this.#options;
    const counted = (limit: Sighting): number | undefined => gate.countedShare(limit, this.#now);
    this.#sharing?.seen(
      admission,
      sightings.map((each) => ({ ...each, counted: counted(each) })),
    );
    this.#dispatch.look();
  }

  /** Notes what a call was expected to use, and what it used. */
  used(key: string | undefined, estimated: TokenEstimate, actual: Usage | undefined): void {
    if (actual !== undefined) this.#tally.used(estimated, actual);
    this.#options.emitter.emit('usage', { ...this.#ref, key, estimated, actual });
  }

  answered(reservation: Reservation): void {
    this.#recovery.answer(reservation.admission.epoch, this.#learning.isPaced);
    this.#learning.answered(reservation.admission, this.#queue.isSaturated, this.#now);
    this.#sharing?.answered(reservation.admission);
    this.#dispatch.look();
  }

  ended(reservation: Reservation, end: ReservationEnd): void {
    const { admission } = reservation;
    const { actual, own, wasAnswered } = end;
    const { cost, at, epoch, caller } = admission;
    void this.#sharing?.ended(admission, end);
    this.#tally.ended(this.#now - at);
    this.#learning.ended(admission, actual);
    this.#options.gate.settle(cost, actual, at, this.#now);
    caller.ended(admission.own, own, at, this.#now);
    if (!wasAnswered) this.#recovery.forget(epoch);
  }

  snapshot(): LaneSnapshot {
    const limits = this.#options.gate.levels(this.#now);
    return {
      ...this.#ref,
      limits: limits.map(({ limit, ...left }) => ({ ...limit, ...left })),
      othersShare: this.#options.gate.othersShare(this.#now),
      concurrency: this.#queue.concurrency,
      queued: this.#queue.size,
      inFlight: this.#tally.inFlight,
      pausedUntil: this.pausedUntil && Math.ceil(this.pausedUntil),
      etaMs: wholeMs(this.#etaMs),
      totals: this.#tally.totals,
    };
  }

  /** A copy to rehearse calls with, as it will be when a pause is over. */
  get stage(): Stage {
    const { learns } = this.#options;
    const gate = this.#options.gate.copy();
    const { pause } = this.#recovery;
    if (pause && pause.cause !== 'capacity') gate.drain(pause.until, pause.cause === 'daily');
    const startAt = Math.max(this.#now, pause?.until ?? 0);
    const { line } = this.#queue;
    const { inFlight, hasFlown } = this.#tally;
    const waiting = [...line.all()].map(({ call }) => {
      return { cost: costsOf(call, gate).cost, deadline: call.deadline };
    });
    const flightMs = hasFlown ? this.#tally.flightMs : undefined;
    const isKnown = this.#options.limits.isKnown || !learns;
    const concurrency = this.#options.concurrency.limit;
    const common = { ...this.#ref, gate, now: this.#now, startAt };
    return { ...common, waiting, concurrency, inFlight, flightMs, isKnown };
  }

  /** Resolves when nothing waits and nothing is in flight. */
  drain(): Promise<void> {
    return this.#queue.onIdle();
  }

  /** Rejects what waits and all that comes; what is in flight goes on. */
  close(): void {
    this.#isClosed = true;
    this.#pausing.stop();
    this.#dispatch.hush();
    this.#rejectWaiting(closedError());
    this.#dispatch.stop();
  }

  /** The store is to know what was taken without it since that was last told. */
  tellUsed(): void {
    const { gate } = this.#options;
    const whole = gate.copy();
    whole.share(1, this.#now);
    this.#sharing?.used(whole.specs, gate.usedSinceShared(this.#now));
    gate.share(this.#sharing?.share ?? 1, this.#now);
  }

  /** The store is lost, or back. */
  storeChanged(): void {
    const { gate } = this.#options;
    const { decider, storeWord } = this.#dispatch;
    if (decider === 'store') this.tellUsed();
    else gate.share(this.#sharing?.share ?? 1, this.#now);
    if (decider === 'closed') this.#rejectWaiting(this.#door.storeError());
    storeWord.tellAll();
    this.#dispatch.look();
  }

  get #sharing(): LaneSharing | undefined {
    return this.#dispatch.sharing;
  }

  get #now(): number {
    return this.#options.clock.now();
  }

  /** A forecast may be wrong: what waits in spite of it is turned away when its time is over. */
  #expelIn(patience: Patience, joined: Joined, call: WaitingCall, priority: number): () => void {
    const { maxWaitMs } = patience;
    if (maxWaitMs === Number.POSITIVE_INFINITY) return () => {};
    return this.#options.clock.setTimeout(() => {
      // It may go in this very moment.
      this.#dispatch.look();
      if (!this.#queue.line.has(joined.id)) return;
      const error = this.#door.overdue(call, priority, patience, this.#saidOf(call));
      this.#expel(joined, call, error);
    }, maxWaitMs);
  }

  #expel({ expel }: Joined, call: WaitingCall, error: HeadroomError): void {
    call.error = error;
    expel(error);
  }

  /** Looks at what waits as if it had just come. */
  #review(): void {
    const { gate } = this.#options;
    for (const { call } of [...this.#queue.line.all()]) {
      call.deadline = undefined;
      const unfit = unfitOf(call, costsOf(call, gate), gate);
      if (unfit === undefined) continue;
      call.error = this.#door.tooLarge(call.caller, unfit.cost, unfit.limit);
      call.expel?.(call.error);
    }
  }

  /** Lets a call through whose cost has been taken already. */
  #admit(call: WaitingCall): Reservation {
    const reservation = this.#reserve(call);
    const nobody = { resolve: () => {}, reject: () => {}, over: () => {} };
    const { id } = this.#queue.join(call, 0, () => reservation, nobody);
    this.#dispatch.start(id, reservation.cost);
    return reservation;
  }

  #reserve({ caller, ticket, taken, cost }: WaitingCall): Reservation {
    this.#tally.sent();
    const took = taken ?? { cost, own: cost, at: this.#now };
    const epoch = this.#recovery.start();
    this.#learning.sent(took.cost, this.#now);
    const all = this.#options.gate.taken;
    const admission = { ...took, caller, epoch, taken: all, ticket };
    return new Reservation(admission, this);
  }

  #pause(pause: Pause): void {
    this.#dispatch.hush();
    this.#pausing.begin(pause);
  }

  /** What waits isn't held longer than it may be. */
  #rejectForPause(pause: Pause): void {
    const error = this.#door.pauseError(pause);
    if (error !== undefined) this.#rejectWaiting(error);
  }

  #rejectWaiting(error: HeadroomError): void {
    for (const { call } of this.#queue.line.all()) this.#door.rejected(call.caller, error);
    this.#queue.clear(error);
  }

  #tellThrottled(call: WaitingCall, forecast: Forecast, attempt: number): void {
    const { key } = call.caller;
    const now = { waitMs: this.#door.told(forecast), key, queued: this.#queue.size, attempt };
    this.#options.emitter.emit('throttled', { ...this.#ref, ...forecast, ...now });
  }

  /** What a store has said of a call, where there is one. */
  #saidOf(call: WaitingCall): Said {
    const { decider, storeWord } = this.#dispatch;
    return decider === 'store' ? storeWord.about(call, this.#now) : {};
  }

  get #state(): LaneState {
    const { gate, maxQueue, maxPauseMs, store } = this.#options;
    return {
      now: this.#now,
      gate,
      queue: this.#queue,
      pause: this.#recovery.pause,
      obstacle: this.#dispatch.obstacle,
      flightMs: this.#tally.flightMs,
      isClosed: this.#isClosed,
      decider: this.#dispatch.decider,
      lostCause: store?.lostCause,
      remedy: store?.remedy,
      maxQueue,
      maxPauseMs,
    };
  }

  /** When the last waiting call is expected to go. */
  get #etaMs(): number {
    const { gate, queue, pauseMs } = this.#door.situation;
    return queue.size === 0 ? 0 : pauseMs + gate.predict(queue.waitingCost, this.#now).waitMs;
  }

  /** Goes on when a caller's own limits may have room again. */
  #listenTo(caller: Caller): void {
    const { line } = this.#queue;
    caller.listen(line, () => {
      line.release(caller);
      this.#dispatch.lookSoon();
    });
  }

  #waiting(
    { cost, costNow, expects = [], caller = this.#nobody, signal, ...how }: LaneCall,
    ticket: number,
  ): WaitingCall {
    const unset = { counts: true, deadline: undefined, taken: undefined, error: undefined };
    const counted = this.#options.gate.tempered(cost, expects);
    const maxWaitMs = how.mayWait === false ? 0 : (how.maxWaitMs ?? Number.POSITIVE_INFINITY);
    const came = { ticket, since: this.#now, maxWaitMs };
    return { cost, costNow, counted, expects, caller, signal, ...came, ...unset };
  }
}
