import type { Clock } from '../clock.ts';
import type { Promised } from '../queue/queued-call.ts';
import type { LaneCommand, LaneTerms } from '../rules/commands.ts';
import { CallsElsewhere } from './calls-elsewhere.ts';
import type { QueueBounds } from './lane-admission.ts';
import type { LaneCall } from './lane-call.ts';
import { LaneFeedback } from './lane-feedback.ts';
import type { LaneKeeper } from './lane-keeper.ts';
import type { LaneOptions } from './lane-options.ts';
import type { LanePauses } from './lane-pauses.ts';
import { LaneQueue } from './lane-queue.ts';
import { LaneView } from './lane-view.ts';
import { LaneWatch } from './lane-watch.ts';
import { Preparing } from './preparing.ts';
import type { Rejection, Reservation } from './reservation.ts';

/**
 * One upstream limit, as calls see it: they join, wait and are let through.
 *
 * The lane decides nothing. Its value and the rules (`rules/decide.ts`) say who goes; `LaneQueue` turns
 * promises into tickets and grants into reservations. What becomes of those is told to `feedback`; what
 * can be asked of the lane, its `view` answers.
 */
export class Lane {
  /** @internal */
  readonly feedback: LaneFeedback;
  /** @internal */
  readonly view: LaneView;
  /** @internal */
  readonly pauses: LanePauses;
  /** Calls that will ask here soon: they are being estimated. @internal */
  readonly preparing: Preparing = new Preparing();
  readonly #clock: Clock;
  readonly #keeper: LaneKeeper;
  readonly #queue: LaneQueue;
  readonly #watch: LaneWatch;
  /** Calls that pass their callers' own limits first, or that rest. */
  readonly #elsewhere: CallsElsewhere;

  constructor(options: LaneOptions) {
    const { clock, emitter, keeper, lane, model } = options;
    const ref = { lane, model };
    this.#clock = clock;
    this.#keeper = keeper;
    this.feedback = new LaneFeedback(options);
    this.#watch = new LaneWatch(ref, emitter);
    this.#queue = new LaneQueue(options, this.feedback, () => this.#notice());
    this.#elsewhere = new CallsElsewhere(options, ref, this.#queue);
    this.pauses = this.#queue.pauses;
    const { totals } = this.feedback;
    const { preparing } = this;
    this.view = new LaneView(ref, { keeper, queue: this.#queue, preparing, totals });
    this.feedback.onChange = (command) => this.#changed(command);
    this.#queue.look();
  }

  /** Waits until the call may be sent. */
  acquire(call: LaneCall): Promise<Reservation> {
    return this.#elsewhere.acquire(call) ?? this.#queue.acquire(call);
  }

  /**
   * The same; tells `promised`, which takes less memory than a promise. Returns one only where the
   * call isn't in the queue yet: it resolves when `promised` has been told.
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

  /** Resolves when nothing is estimated, waits or is in flight. */
  async drain(): Promise<void> {
    do {
      await this.preparing.none();
      await this.#elsewhere.settled();
      await this.#queue.onIdle();
    } while (this.#elsewhere.count + this.preparing.count > 0);
  }

  /** Rejects what waits and all that comes; what is in flight goes on. */
  close(): void {
    this.#queue.close();
    this.#keeper.close();
  }

  /** Tells what has changed in the lane, whoever has changed it. */
  #notice(): void {
    const aheadMs = this.#keeper.now() - this.#clock.now();
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
