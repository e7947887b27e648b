import { Caller } from '../callers/caller.ts';
import type { Clock } from '../clock.ts';
import { wholeMs } from '../duration.ts';
import { closedError, type HeadroomError } from '../errors.ts';
import type { GuardedEmitter, LaneRef, PauseCause, Reason } from '../events.ts';
import type { Gate, Wait } from '../gate/gate.ts';
import type { MeteredLimit, MeterOptions } from '../gate/meter.ts';
import type { Concurrency } from '../learning/concurrency.ts';
import { LaneLearning, type LimitNews, type RefusalWords } from '../learning/lane-learning.ts';
import type { LaneLimits, Sighting } from '../learning/lane-limits.ts';
import type { Cost, Subject } from '../limits.ts';
import type { TokenEstimate, Usage } from '../providers/provider.ts';
import { CallQueue, type Joined } from '../queue/call-queue.ts';
import { type Choice, costsOf, LOOKED_AT, nextCall, unfitOf } from '../queue/next-call.ts';
import type { WaitingCall } from '../queue/waiting-call.ts';
import { type Decider, LaneSharing } from '../stores/lane-sharing.ts';
import type { Learned, Store } from '../stores/shared-lane.ts';
import type { TurnsHost } from '../stores/shared-turns.ts';
import type { ObservedLimit } from '../wire/headers.ts';
import type { Stated } from '../wire/stated-limits.ts';
import { Alarm } from './alarm.ts';
import { Door, type LaneState } from './door.ts';
import type { Forecast } from './forecast.ts';
import type { LaneCall } from './lane-call.ts';
import { type LaneSnapshot, NO_TOTALS, withUse } from './lane-snapshot.ts';
import { type Pause, Recovery } from './recovery.ts';
import {
  type Rejection,
  Reservation,
  type ReservationEnd,
  type ReservationEnds,
} from './reservation.ts';
import type { Stage } from './stage.ts';
import { Untold } from './untold.ts';

/** What a lane can be told anew. */
export interface LaneTerms {
  /** The limits to start from: given ones, else those that are published. */
  readonly start: readonly MeteredLimit[];
  readonly headroom: MeterOptions['headroom'];
  /** Calls in flight: to start with, and at most. */
  readonly inFlight: { readonly start: number; readonly most: number };
  readonly maxPauseMs: number;
  /** The most calls that may wait. */
  readonly maxQueue: number;
}

export interface LaneOptions extends LaneRef {
  readonly clock: Clock;
  readonly gate: Gate;
  readonly limits: LaneLimits;
  readonly concurrency: Concurrency;
  /** What the host counts. @default requests and tokens a minute */
  readonly measures?: readonly Subject[] | undefined;
  readonly maxPauseMs: number;
  /** The most calls that may wait. */
  readonly maxQueue: number;
  /** The limits are unsure: until a response has shown them, few calls are in flight. */
  readonly isCold: boolean;
  /** Responses will tell of the limits. */
  readonly learns: boolean;
  readonly emitter: GuardedEmitter;
  /** Keeps the limits for several processes. */
  readonly store?: Store | undefined;
}

/** How much the last call says of how long calls are in flight. */
const FLIGHT_WEIGHT = 0.05;
/** Until a question is asked again that the store hasn't answered, though it isn't lost. */
const LOST_STEP_MS = 100;
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
  #options: LaneOptions;
  readonly #ref: LaneRef;
  readonly #queue: CallQueue;
  readonly #recovery: Recovery;
  readonly #learning: LaneLearning;
  readonly #door: Door;
  #lastTicket = 0;
  #totals = NO_TOTALS;
  /** When the next call may go, more may be in flight, and a pause ends. */
  readonly #wakeUp: Alarm;
  readonly #widening: Alarm;
  readonly #resuming: Alarm;
  readonly #nobody = new Caller(undefined);
  /** How long calls are in flight: the mean of about the last twenty. */
  #flightMs = 0;
  #flights = 0;
  /** The queue learns of an end a moment later, and lets the next call through then. */
  #inFlight = 0;
  readonly #sharing: LaneSharing | undefined;
  readonly #untold = new Untold();
  /** What the store has last said of the first call that waits. */
  #toldWait: { readonly reason: Reason; readonly until: number } | undefined;
  #isPumpDue = false;
  #isClosed = false;

  constructor(options: LaneOptions) {
    this.#options = options;
    this.#wakeUp = new Alarm(options.clock);
    this.#widening = new Alarm(options.clock);
    this.#resuming = new Alarm(options.clock);
    this.#ref = { lane: options.lane, model: options.model };
    this.#queue = new CallQueue(options.concurrency.limit, () => this.#pumpSoon());
    this.#queue.line.sizeOf = (cost) => options.gate.sizeOf(cost);
    this.#recovery = new Recovery(options.isCold);
    const tell = (news: LimitNews): void => {
      options.emitter.emit('limits', { ...this.#ref, ...news });
    };
    this.#learning = new LaneLearning({ ...options, tell }, this.#now);
    const now = (): LaneState => this.#state;
    this.#door = new Door(this.#ref, options.emitter, now);
    this.#sharing = options.store && new LaneSharing(options.store, options.lane, this.#host());
    if (this.#sharing !== undefined) options.gate.share(this.#sharing.share, this.#now);
  }

  /** Waits until the call may be sent. */
  acquire(call: LaneCall): Promise<Reservation> {
    const { priority = 0, signal, attempt = 1, mayWait = true } = call;
    const maxWaitMs = mayWait ? (call.maxWaitMs ?? Number.POSITIVE_INFINITY) : 0;
    const waiting = this.#waiting(call, call.ticket ?? ++this.#lastTicket);
    const { caller } = waiting;
    const error =
      this.#door.refusal(waiting) ??
      (call.ticket === undefined ? this.#door.crowd(waiting, priority) : undefined) ??
      this.#door.excess(waiting, priority, { maxWaitMs, mayWait });
    if (error !== undefined) return Promise.reject(this.#door.rejected(caller, error));
    return new Promise((resolve, reject) => {
      let isHeldBack = signal?.aborted !== true;
      let stopTimer = (): void => {};
      const reserve = (): Reservation => {
        isHeldBack = false;
        if (waiting.error !== undefined) throw waiting.error;
        return this.#reserve(waiting);
      };
      const over = (): void => {
        isHeldBack = false;
        stopTimer();
      };
      const joined = this.#queue.join(waiting, priority, reserve, { resolve, reject, over });
      // A call whose signal had aborted has left again.
      if (this.#queue.line.has(joined.id)) this.#listenTo(caller);
      // Whether it has to wait, only the store can tell.
      const isAsked = this.#decider === 'store';
      const tell = (): void => {
        if (!isHeldBack) return;
        this.#tellThrottled(waiting, priority, attempt);
        stopTimer = this.#expelIn(maxWaitMs, joined, waiting, priority);
        if (isAsked && call.ticket === undefined) this.#expelSurplus(joined, waiting);
      };
      if (isAsked) this.#untold.add(tell);
      if (this.#isWorthALook(joined.id)) this.#pump();
      if (!isAsked) tell();
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
    this.#watchPause();
    const { gate } = this.#options;
    const forecast = this.#door.forecast(waiting, 0);
    const { reason } = forecast;
    const waitMs = this.#door.told(forecast);
    const obstacle = this.#queue.size > 0 ? 'queue' : this.#obstacle();
    if (obstacle !== undefined) return { granted: false, reason: obstacle, waitMs };
    const { cost, own } = costsOf(waiting, gate);
    const held = caller.wait(own, this.#now);
    if (held.waitMs > 0) return { granted: false, reason, waitMs };
    const wait = gate.takeAsHead(cost, this.#now);
    if (wait.waitMs > 0) return { granted: false, reason: wait.dimension, waitMs };
    caller.take(own, this.#now);
    return this.#admit({ ...waiting, ticket: ++this.#lastTicket, taken: { cost, own } });
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
    const error = pause && this.#door.pauseError(pause);
    if (error !== undefined) this.#rejectWaiting(error);
    this.#review();
    this.#pump();
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
    const kind = cause === 'capacity' ? 'overloaded' : 'refused';
    this.#totals = { ...this.#totals, [kind]: this.#totals[kind] + 1 };
    if (cause !== 'capacity') this.#learning.refused(admission);
    this.#sharing?.refused(admission.grant, cause, retryAfterMs);
    const pause = this.#recovery.refuse({ epoch, cause, retryAfterMs }, this.#now);
    if (pause === undefined) return;
    this.#learning.episode(cause, words, this.#queue.inFlight, this.#now);
    if (this.#decider === 'store') this.#sharing?.tellLearned();
    if (!this.#isClosed) this.#pause(pause);
  }

  /** A refusal that nothing but its own call suffers from states limits. */
  told(stated: Stated): void {
    this.#learning.told(stated, this.#now);
    this.#pump();
  }

  /** Milliseconds since the epoch; `undefined` where the lane isn't paused. */
  get pausedUntil(): number | undefined {
    const { pause } = this.#recovery;
    return pause !== undefined && pause.until > this.#now ? pause.until : undefined;
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
    this.#pump();
  }

  /** Notes what a call was expected to use, and what it used. */
  used(key: string | undefined, estimated: TokenEstimate, actual: Usage | undefined): void {
    if (actual !== undefined) this.#totals = withUse(this.#totals, estimated, actual);
    this.#options.emitter.emit('usage', { ...this.#ref, key, estimated, actual });
  }

  answered(reservation: Reservation): void {
    this.#recovery.answer(reservation.admission.epoch, this.#learning.isPaced);
    this.#learning.answered(reservation.admission, this.#queue.isSaturated, this.#now);
    this.#sharing?.answered(reservation.admission);
    this.#pump();
  }

  ended(reservation: Reservation, end: ReservationEnd): void {
    const { admission } = reservation;
    const { actual, own, wasAnswered } = end;
    const { cost, at, epoch, caller } = admission;
    void this.#sharing?.ended(admission, end);
    this.#inFlight--;
    this.#learning.ended(admission, actual);
    const weight = Math.max(FLIGHT_WEIGHT, 1 / ++this.#flights);
    this.#flightMs += weight * (this.#now - at - this.#flightMs);
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
      inFlight: this.#inFlight,
      pausedUntil: this.pausedUntil && Math.ceil(this.pausedUntil),
      etaMs: wholeMs(this.#etaMs),
      totals: this.#totals,
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
    const inFlight = this.#inFlight;
    const waiting = [...line.all()].map(({ call: { cost, expects, deadline } }) => ({
      cost: gate.tempered(cost, expects),
      deadline,
    }));
    const flightMs = this.#flights === 0 ? undefined : this.#flightMs;
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
    this.#resuming.cancel();
    this.#wakeUp.cancel();
    this.#widening.cancel();
    this.#rejectWaiting(closedError());
    this.#untold.forget();
    if (this.#decider === 'store') this.#sharing?.ask();
  }

  /** The store is lost, or back. */
  storeChanged(): void {
    const { gate } = this.#options;
    if (this.#decider === 'store') this.#sharing?.back(gate.usedSinceShared(this.#now));
    gate.share(this.#sharing?.share ?? 1, this.#now);
    if (this.#decider === 'closed') this.#rejectWaiting(this.#door.storeError());
    this.#untold.tellAll();
    this.#pump();
  }

  get #decider(): Decider {
    return this.#sharing?.decider ?? 'local';
  }

  get #now(): number {
    return this.#options.clock.now();
  }

  /** A forecast may be wrong: what waits in spite of it is turned away when its time is over. */
  #expelIn(
    maxWaitMs: number,
    { id, expel }: Joined,
    call: WaitingCall,
    priority: number,
  ): () => void {
    if (maxWaitMs === Number.POSITIVE_INFINITY) return () => {};
    return this.#options.clock.setTimeout(() => {
      // It may go in this very moment.
      this.#pump();
      if (!this.#queue.line.has(id)) return;
      const error = this.#door.overdue(call, priority, maxWaitMs);
      call.error = error;
      expel(error);
    }, maxWaitMs);
  }

  /** Only the store could tell that it has to wait, in a line that is full. */
  #expelSurplus({ expel }: Joined, call: WaitingCall): void {
    if (this.#queue.size <= this.#options.maxQueue) return;
    const error = this.#door.surplus(call.caller);
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
    this.#start(id, reservation.cost);
    return reservation;
  }

  #reserve({ caller, ticket, taken, cost }: WaitingCall): Reservation {
    this.#totals = { ...this.#totals, calls: this.#totals.calls + 1 };
    this.#inFlight++;
    const costs = taken ?? { cost, own: cost };
    const epoch = this.#recovery.start();
    this.#learning.sent(costs.cost, this.#now);
    const all = this.#options.gate.taken;
    const admission = { ...costs, caller, at: this.#now, epoch, taken: all, ticket };
    return new Reservation(admission, this);
  }

  #start(id: string, cost: Cost): void {
    this.#queue.start(id, this.#options.gate.sizeOf(cost));
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
    this.#wakeUp.cancel();
    this.#widening.cancel();
    this.#queue.concurrency = this.#slots;
    if (this.#decider === 'store') {
      this.#askStore();
      return;
    }
    while (this.#queue.size > 0 && this.#obstacle() === undefined) {
      // Without a store, and open: nobody's room is asked for.
      const isProbe = this.#recovery.isProbe || this.#decider === 'open';
      const choice = nextCall(this.#queue.line, this.#options.gate, isProbe, this.#now);
      if ('waitMs' in choice) {
        this.#wakeUpIn(choice.waitMs);
        return;
      }
      this.#let(choice);
    }
    if (this.#queue.size > 0 && this.#recovery.isProbing) this.#widenIn(PROBING_STEP_MS);
    this.#watchPause();
  }

  /** Lets the store decide who goes. Only what this process knows for itself stands before that. */
  #askStore(): void {
    this.#sharing?.tellLearned();
    if (this.#obstacle() === undefined) this.#sharing?.ask();
    else this.#untold.tellAll();
    if (this.#queue.size > 0 && this.#recovery.isCold) this.#widenIn(PROBING_STEP_MS);
    this.#watchPause();
  }

  /** The most calls in flight here: while nobody knows what others do, a share of all. */
  get #slots(): number {
    const { limit } = this.#options.concurrency;
    return Math.max(1, Math.floor(limit * (this.#sharing?.share ?? 1)));
  }

  #host(): TurnsHost {
    const { gate, clock, concurrency } = this.#options;
    const queue = this.#queue;
    return {
      get line() {
        return queue.line;
      },
      gate,
      clock,
      // Until the limits are known, few calls are in flight in all processes together.
      concurrency: () => Math.min(concurrency.limit, this.#recovery.allowed),
      hasSlot: () => !this.#queue.isSaturated,
      let: (place, { cost, own }, grant) => {
        gate.take(cost, this.#now);
        gate.follow(grant.taken, this.#now);
        place.call.caller.take(own, this.#now);
        this.#let({ place, taken: { cost, own, grant } });
      },
      turnAway: (place, unfit, cost) => this.#let({ place, unfit, cost }),
      asking: () => this.#untold.asking(),
      answered: (wait) => {
        this.#toldWait = wait && { reason: wait.reason, until: this.#now + wait.waitMs };
        this.#untold.answered();
      },
      unasked: () => this.#untold.tellAll(),
      again: () => this.#pump(),
      paused: ({ cause, forMs }) => this.#adoptPause(cause, forMs),
      learned: (learned) => this.#adoptLearned(learned),
      wakeIn: (waitMs) => this.#wakeUpIn(waitMs),
      lost: () => this.#wakeUpIn(LOST_STEP_MS),
    };
  }

  /** Another process has met a refusal. */
  #adoptPause(cause: PauseCause, forMs: number): void {
    if (this.#recovery.pause !== undefined || this.#isClosed) return;
    const pause = { cause, since: this.#now, until: this.#now + forMs };
    this.#recovery.adopt(pause);
    this.#pause(pause);
  }

  #adoptLearned(learned: Learned): void {
    this.#learning.adopt(learned, this.#now);
    this.#recovery.open();
  }

  /** Starts a call that has been chosen, or turns it away. */
  #let(choice: Exclude<Choice, Wait>): void {
    const { id, call } = choice.place;
    if ('unfit' in choice) {
      call.error = this.#door.tooLarge(call.caller, choice.cost, choice.unfit);
      this.#queue.start(id, 0);
      return;
    }
    call.taken = choice.taken;
    this.#start(id, choice.taken.cost);
  }

  /** What keeps any call from starting, besides the gate. Its end pumps again. */
  #obstacle(): Reason | undefined {
    const { isPassable, isCold, pause } = this.#recovery;
    // After a pause, the store knows whether it is another process that tries first.
    const isShared = this.#decider === 'store' && !isCold && pause === undefined;
    const isHeld = !isPassable && !isShared;
    if (isHeld && !isCold) return 'paused';
    if (this.#queue.isSaturated) return 'concurrency';
    return isHeld ? 'learning' : undefined;
  }

  /** Whether a call that has just joined can change who goes next. */
  #isWorthALook(id: string): boolean {
    return !this.#queue.line.isBehind(id, LOOKED_AT) || !this.#wakeUp.isSet;
  }

  #wakeUpIn(waitMs: number): void {
    if (waitMs === Number.POSITIVE_INFINITY || this.#isClosed) return;
    this.#wakeUp.set(() => this.#pump(), Math.ceil(waitMs));
  }

  #widenIn(waitMs: number): void {
    const widen = (): void => {
      this.#recovery.widen();
      this.#pump();
    };
    this.#widening.set(widen, waitMs);
  }

  #pause(pause: Pause): void {
    const { cause } = pause;
    this.#wakeUp.cancel();
    this.#widening.cancel();
    this.#options.emitter.emit('paused', { ...this.#ref, cause, ...told(pause) });
    const error = this.#door.pauseError(pause);
    if (error !== undefined) this.#rejectWaiting(error);
    this.#watchPause();
  }

  /** Resumes when the pause is over; only while calls wait for that does a timer run. */
  #watchPause(): void {
    const { pause } = this.#recovery;
    this.#resuming.cancel();
    if (pause === undefined) return;
    const waitMs = pause.until - this.#now;
    if (waitMs <= 0) this.#resume(pause);
    else if (this.#queue.size > 0) {
      this.#resuming.set(() => this.#resume(pause), waitMs);
    }
  }

  /**
   * Goes on after a pause. The provider has said that it has no room, so the buckets start empty,
   * unless it was merely overloaded.
   */
  #resume(pause: Pause): void {
    const { cause, until } = pause;
    const asked = told(pause);
    const pausedMs = asked.retryAfterMs;
    this.#totals = { ...this.#totals, pausedMs: this.#totals.pausedMs + pausedMs };
    if (cause !== 'capacity') this.#learning.resumed(until);
    this.#recovery.resume();
    this.#options.emitter.emit('resumed', { ...this.#ref, cause, ...asked, pausedMs });
    this.#pump();
  }

  #rejectWaiting(error: HeadroomError): void {
    for (const { call } of this.#queue.line.all()) this.#door.rejected(call.caller, error);
    this.#queue.clear(error);
  }

  #tellThrottled(call: WaitingCall, priority: number, attempt: number): void {
    const forecast = this.#told(this.#door.forecastOfWaiting(call, priority));
    const { key } = call.caller;
    const now = { waitMs: this.#door.told(forecast), key, queued: this.#queue.size, attempt };
    this.#options.emitter.emit('throttled', { ...this.#ref, ...forecast, ...now });
  }

  /** What the store has said knows of other processes' calls. */
  #told(forecast: Forecast): Forecast {
    if (this.#decider !== 'store' || this.#toldWait === undefined) return forecast;
    const { reason, until } = this.#toldWait;
    const waitMs = until - this.#now;
    return waitMs > forecast.waitMs ? { waitMs, reason, limitOf: 'lane' } : forecast;
  }

  get #state(): LaneState {
    const { gate, maxQueue, maxPauseMs, store } = this.#options;
    return {
      now: this.#now,
      gate,
      queue: this.#queue,
      pause: this.#recovery.pause,
      obstacle: this.#obstacle(),
      flightMs: this.#flightMs,
      isClosed: this.#isClosed,
      decider: this.#decider,
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
      this.#pumpSoon();
    });
  }

  #waiting(
    { cost, expects = [], caller = this.#nobody, signal }: LaneCall,
    ticket: number,
  ): WaitingCall {
    const unset = { deadline: undefined, taken: undefined, error: undefined };
    const counted = this.#options.gate.tempered(cost, expects);
    return { cost, counted, expects, caller, signal, ticket, since: this.#now, ...unset };
  }
}

/** A pause as events tell of it, in whole milliseconds. */
function told({ since, until }: Pause): { readonly retryAfterMs: number; readonly until: number } {
  return { retryAfterMs: wholeMs(until - since), until: Math.ceil(until) };
}
