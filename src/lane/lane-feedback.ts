import type { Clock } from '../clock.ts';
import type { LaneRef, UsageEvent } from '../events.ts';
import type { GuardedEmitter } from '../guarded-emitter.ts';
import type { Cost } from '../model/limits.ts';
import type { ObservedLimit } from '../model/observed-limit.ts';
import type { PauseCause, Stated } from '../model/refusal.ts';
import type { TokenEstimate, Usage } from '../model/usage.ts';
import type { ProviderRefusal } from '../provider-refusal.ts';
import { isSentAtOnce } from '../rules/apply.ts';
import type { LaneCommand, RefusalWords } from '../rules/commands.ts';
import type { LaneKeeper } from './lane-keeper.ts';
import type { Reservation, ReservationListener, ReservationOutcome } from './reservation.ts';
import { Totals } from './totals.ts';

/** Where feedback is given. */
export interface FeedbackOptions extends LaneRef {
  readonly clock: Clock;
  readonly emitter: GuardedEmitter;
  readonly keeper: LaneKeeper;
}

/** What else is known of a refused call. */
export interface RefusedBefore {
  /** How often it was refused before. */
  readonly earlier?: number | undefined;
  /** What the provider said, as an error. */
  readonly error?: ProviderRefusal | undefined;
}

/** What becomes of a lane's calls once they were let through, as commands to its rules. @internal */
export class LaneFeedback implements ReservationListener {
  readonly totals: Totals = new Totals();
  /** The last refusal of a call of this process. */
  lastRefusal: ProviderRefusal | undefined;
  /** Called after each command. */
  onChange: (command: LaneCommand) => void = () => {};
  readonly #options: FeedbackOptions;

  constructor(options: FeedbackOptions) {
    this.#options = options;
  }

  /** The provider has refused `reservation`'s call: pauses the lane, unless that is old news. */
  refuse(
    reservation: Reservation,
    cause: PauseCause,
    retryAfterMs: number | undefined,
    words: RefusalWords = {},
    { earlier, error }: RefusedBefore = {},
  ): void {
    this.lastRefusal = error ?? this.lastRefusal;
    this.totals.refused(cause === 'capacity' ? 'overloaded' : 'refused');
    if (cause !== 'capacity') reservation.isRefused = true;
    const { call } = reservation.admission;
    this.#tell({ kind: 'refused', call, cause, retryAfterMs, words, earlier });
  }

  /** A refusal that nothing but its own call suffers from states limits. */
  told({ admission: { call } }: Reservation, stated: Stated): void {
    this.#tell({ kind: 'told', call, stated });
  }

  /** Learns what the response to `reservation`'s call shows of the limits. */
  observe({ admission: { call } }: Reservation, observed: readonly ObservedLimit[]): void {
    if (observed.length > 0) this.#tell({ kind: 'observed', call, observed });
  }

  /** Notes what a call was expected to use, and what it used; `tell` is asked if somebody listens. */
  used(
    estimated: TokenEstimate,
    actual: Usage | undefined,
    tell: () => Omit<UsageEvent, keyof LaneRef | 'estimated' | 'actual'>,
  ): void {
    if (actual !== undefined) this.totals.used(estimated, actual);
    const { lane, model, emitter } = this.#options;
    if (emitter.listenerCount('usage') === 0) return;
    emitter.emit('usage', { lane, model, estimated, actual, ...tell() });
  }

  /** Counts what was used without this limiter. */
  recorded(cost: Cost): void {
    this.#tell({ kind: 'used', cost });
  }

  sent({ admission: { call, ownReservation } }: Reservation): void {
    const { keeper } = this.#options;
    const isNoNews = keeper.isLocal && isSentAtOnce(call, keeper.now());
    if (!isNoNews) keeper.tell({ kind: 'sent', call });
    ownReservation?.sent();
  }

  answered({ admission: { call }, isRefused }: Reservation): void {
    this.#tell({ kind: 'answered', call, isRefused });
  }

  ended({ admission, isRefused }: Reservation, outcome: ReservationOutcome): void {
    const { call, caller } = admission;
    const { actual, own, wasAnswered } = outcome;
    this.totals.ended(call);
    this.#tell({ kind: 'ended', call, actual, wasAnswered, isRefused });
    const { ownReservation } = admission;
    if (ownReservation !== undefined) ownReservation.endWith(own);
    else if (!this.#options.keeper.isShared) {
      caller.ended(admission.own, own, call.at, this.#options.clock.now());
    }
  }

  #tell(command: LaneCommand): void {
    this.#options.keeper.tell(command);
    this.onChange(command);
  }
}
