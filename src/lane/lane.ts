import { wholeMs } from '../duration.ts';
import { closedError } from '../errors.ts';
import type { LaneRef } from '../events.ts';
import type { ChargeRule } from '../model/charge.ts';
import type { Cost } from '../model/limits.ts';
import type { PauseCause } from '../model/refusal.ts';
import type { Promised, QueuedCall } from '../queue/queued-call.ts';
import type { LaneCommand, LaneTerms } from '../rules/commands.ts';
import type { LaneState } from '../rules/lane-state.ts';
import { foundRule } from '../rules/learning/charge-belief.ts';
import { isFull } from '../rules/limits/limit-levels.ts';
import { tooSmallFor } from '../rules/limits/limit-waits.ts';
import { CallsElsewhere } from './calls-elsewhere.ts';
import { slotsOf } from './dispatcher.ts';
import type { Forecast } from './forecast.ts';
import type { QueueBounds } from './lane-admission.ts';
import type { LaneCall } from './lane-call.ts';
import { LaneFeedback } from './lane-feedback.ts';
import type { LaneKeeper } from './lane-keeper.ts';
import type { LaneOptions } from './lane-options.ts';
import { LaneQueue } from './lane-queue.ts';
import type { LaneSnapshot, LaneStatus } from './lane-snapshot.ts';
import { limitsOf, statusOf } from './lane-status.ts';
import { LaneWatch } from './lane-watch.ts';
import { Preparing } from './preparing.ts';
import type { Rejection, Reservation } from './reservation.ts';

/**
 * One upstream limit, as calls see it: they join, wait and are let through.
 *
 * The lane decides nothing. Its value and the rules (`rules/decide.ts`) say who goes; `LaneQueue` turns
 * promises into tickets and grants into reservations. What becomes of those is told to `feedback`.
 */
export class Lane {
  /** @internal */
  readonly feedback: LaneFeedback;
  readonly #options: LaneOptions;
  readonly #ref: LaneRef;
  readonly #keeper: LaneKeeper;
  readonly #queue: LaneQueue;
  readonly #watch: LaneWatch;
  /** Calls that will be here soon. */
  readonly #preparing = new Preparing();
  /** Calls that pass their callers' own limits first, or that rest. */
  readonly #elsewhere: CallsElsewhere;

  constructor(options: LaneOptions) {
    const { emitter, keeper, lane, model } = options;
    this.#options = options;
    this.#ref = { lane, model };
    this.#keeper = keeper;
    this.feedback = new LaneFeedback(options);
    this.#watch = new LaneWatch(this.#ref, emitter);
    this.#queue = new LaneQueue(options, this.feedback);
    this.#elsewhere = new CallsElsewhere(options, this.#ref, this.#queue);
    this.#queue.onDecided = () => this.#notice();
    this.feedback.onChange = (command) => this.#changed(command);
    this.#queue.look();
  }

  /** A call is being estimated that will ask here, until `prepared`. */
  prepare(): void {
    this.#preparing.begin();
  }

  prepared(): void {
    this.#preparing.end();
  }

  /** Waits until the call may be sent. */
  acquire(call: LaneCall): Promise<Reservation> {
    return this.#elsewhere.acquire(call) ?? this.#queue.acquire(call);
  }

  /**
   * The same; tells `promised`, which takes less memory than a promise. Returns one where it has told
   * nobody until then, and isn't in the queue.
   */
  enter(call: LaneCall, promised: Promised<Reservation>): Promise<void> | undefined {
    const acquired = this.#elsewhere.acquire(call);
    if (acquired === undefined) this.#queue.enter(call, promised);
    return acquired?.then(
      (reservation) => promised.resolve(reservation),
      (reason: unknown) => promised.reject(reason),
    );
  }

  /** Lets the call through now, or says why not. Throws where it can never pass. */
  tryAcquire(call: Pick<LaneCall, 'cost' | 'caller'>): Reservation | Rejection {
    return this.#queue.tryAcquire(call);
  }

  /** How the server charges calls, as far as its responses have shown. */
  get chargeRule(): ChargeRule | undefined {
    return foundRule(this.#keeper.state.learning.charge);
  }

  /** Whether no limit is smaller than the cost alone. */
  fits(cost: Cost): boolean {
    return tooSmallFor(this.#keeper.state.limits, cost) === undefined;
  }

  /** Whether a call could ever go: it exceeds no limit by itself. */
  canPass(call: LaneCall): boolean {
    return this.#queue.admission.unfit(this.#queue.asking(call)) === undefined;
  }

  /** When a call would go if it came now. Takes nothing. */
  forecast(call: LaneCall): Forecast {
    return this.#queue.forecaster.of(this.#queue.asking(call));
  }

  /**
   * Goes on with what is given anew, and looks at what waits again: as much goes as there is room
   * for now, and what is larger than a limit now is rejected. What has been used stays used.
   * `isAnew`: what responses have said of the limits is forgotten.
   */
  configure(terms: LaneTerms, bounds: QueueBounds, isAnew = false): void {
    this.#keeper.tell({ kind: 'reconsider' });
    this.#keeper.tell({ kind: 'configure', terms, isAnew });
    this.#queue.configure(bounds);
    this.#changed();
  }

  /** Stops the lane for so long, as a refusal would; `undefined`: ends its pause. */
  pause(forMs: number | undefined): void {
    this.#keeper.tell(forMs === undefined ? { kind: 'resume' } : { kind: 'pause', forMs });
    this.#changed();
  }

  /** Milliseconds since the epoch; `undefined` where the lane isn't paused. */
  get pausedUntil(): number | undefined {
    return this.#queue.pauses.until(this.#now);
  }

  /** Whether nothing but refusals has come for as long as calls may be held. */
  get isSpent(): boolean {
    return this.#queue.pauses.isSpent;
  }

  /** When a call may ask again that was just refused, after `earlier` others of its own. */
  retryAt(cause: PauseCause, retryAfterMs: number | undefined, earlier: number): number {
    return this.#queue.pauses.retryAt({ cause, retryAfterMs }, earlier, this.#now);
  }

  /** Whether nothing is estimated, waits or is in flight here. */
  get isUnused(): boolean {
    return this.#queue.size + this.feedback.totals.inFlight + this.#preparing.count === 0;
  }

  /** Whether nothing happens here: nothing waits, is in flight or paused. */
  get isQuiet(): boolean {
    return this.isUnused && this.pausedUntil === undefined;
  }

  /** Whether a new lane would do as well: it is quiet, and nothing has to come back. */
  get isIdle(): boolean {
    return this.isQuiet && isFull(this.#keeper.state.limits, this.#keeper.now());
  }

  /** The lane's value as it is now: where processes share it, as all of them know it. */
  refresh(): Promise<LaneState> {
    return this.#keeper.refresh();
  }

  /** The lane's own time, which its value is in. */
  now(): number {
    return this.#keeper.now();
  }

  /** The lane's value as it is known here: not to be changed. */
  get state(): LaneState {
    return this.#keeper.state;
  }

  /** The calls that wait here, in no particular order. */
  get waiting(): Iterable<QueuedCall<Reservation>> {
    return this.#queue.waiting;
  }

  snapshot(): LaneSnapshot {
    const { totals } = this.feedback;
    return {
      ...this.#ref,
      ...limitsOf(this.#keeper.state, this.#keeper.now()),
      concurrency: slotsOf(this.#keeper),
      queued: this.#queue.size + this.#queue.admission.elsewhere + this.#preparing.count,
      estimating: this.#preparing.count,
      inFlight: totals.inFlight,
      pausedUntil: this.pausedUntil && Math.ceil(this.pausedUntil),
      etaMs: this.#etaMs,
      totals: totals.sum,
    };
  }

  /** Unknown too, as long as calls are being estimated. */
  get #etaMs(): number | undefined {
    const { lastMs } = this.#queue.forecaster;
    return this.#preparing.count > 0 || lastMs === undefined ? undefined : wholeMs(lastMs);
  }

  /** As the value tells it: of other processes' queues, it knows the calls that are first. */
  status(): LaneStatus {
    return statusOf(this.snapshot(), this.#keeper);
  }

  get model(): string {
    return this.#ref.model;
  }

  /** Resolves when nothing is estimated, waits or is in flight. */
  async drain(): Promise<void> {
    do {
      await this.#preparing.none();
      await this.#elsewhere.settled();
      await this.#queue.onIdle();
    } while (this.#elsewhere.count + this.#preparing.count > 0);
  }

  /** Rejects what waits and all that comes; what is in flight goes on. */
  close(): void {
    this.#queue.admission.isClosed = true;
    this.#queue.stop();
    this.#queue.rejectWaiting(closedError());
    this.#keeper.close();
  }

  get #now(): number {
    return this.#options.clock.now();
  }

  #notice(): void {
    const aheadMs = this.#keeper.now() - this.#now;
    const pausedMs = this.#watch.notice(this.#keeper.state, aheadMs);
    if (pausedMs !== undefined) this.feedback.totals.paused(pausedMs);
  }

  #changed(command?: LaneCommand): void {
    if (command?.kind !== 'answered') this.#queue.forecaster.forget();
    if (command?.kind === 'ended' || this.#queue.admission.isClosed) return;
    this.#notice();
    // Where nothing waits nothing can go; a store has to be asked anyway.
    if (this.#queue.size > 0 || !this.#keeper.isLocal) this.#queue.look();
  }
}
