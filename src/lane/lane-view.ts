import { wholeMs } from '../duration.ts';
import type { LaneRef } from '../events.ts';
import type { ChargeRule } from '../model/charge.ts';
import type { Cost } from '../model/limits.ts';
import type { QueuedCall } from '../queue/queued-call.ts';
import type { LaneState } from '../rules/lane-state.ts';
import { foundRule } from '../rules/learning/charge-belief.ts';
import { isFull } from '../rules/limits/limit-levels.ts';
import { tooSmallFor } from '../rules/limits/limit-waits.ts';
import type { Ticket } from '../rules/ticket.ts';
import { slotsOf } from './dispatcher.ts';
import type { Forecast } from './forecast.ts';
import type { LaneCall } from './lane-call.ts';
import type { LaneKeeper } from './lane-keeper.ts';
import type { LaneQueue } from './lane-queue.ts';
import type { LaneSnapshot, LaneStatus } from './lane-snapshot.ts';
import { shownLimits } from './lane-status.ts';
import type { Preparing } from './preparing.ts';
import type { Reservation } from './reservation.ts';
import type { Totals } from './totals.ts';

/** What a lane consists of, as far as it is looked at. */
export interface ViewParts {
  readonly keeper: LaneKeeper;
  readonly queue: LaneQueue;
  readonly preparing: Preparing;
  readonly totals: Totals;
}

/** A lane, as it is looked at: nothing that is asked here changes it. */
export class LaneView {
  readonly #ref: LaneRef;
  readonly #parts: ViewParts;

  constructor(ref: LaneRef, parts: ViewParts) {
    this.#ref = ref;
    this.#parts = parts;
  }

  get model(): string {
    return this.#ref.model;
  }

  /** The lane's value as it is known here: not to be changed. */
  get state(): LaneState {
    return this.#parts.keeper.state;
  }

  /** The lane's own time, which its value is in. */
  now(): number {
    return this.#parts.keeper.now();
  }

  /** The lane's value as it is now: where processes share it, as all of them know it. */
  refresh(): Promise<LaneState> {
    return this.#parts.keeper.refresh();
  }

  /** How the server charges calls, as far as its responses have shown. */
  get chargeRule(): ChargeRule | undefined {
    return foundRule(this.state.learning.charge);
  }

  /** Whether no limit is smaller than the cost alone. */
  fits(cost: Cost): boolean {
    return tooSmallFor(this.state.limits, cost) === undefined;
  }

  /** Whether a call could ever go: it exceeds no limit by itself. */
  canPass(call: LaneCall): boolean {
    const { admission, placer } = this.#parts.queue;
    return admission.unfit(placer.placed(call)) === undefined;
  }

  /** When a call would go if it came now. */
  forecast(call: LaneCall): Forecast {
    const { forecaster, placer } = this.#parts.queue;
    return forecaster.of(placer.placed(call));
  }

  /** The calls that wait here, in no particular order. */
  get waiting(): Iterable<QueuedCall<Reservation>> {
    return this.#parts.queue.waiting;
  }

  /** Those that wait in other processes, as far as they are known. */
  get waitingElsewhere(): readonly Ticket[] {
    return this.#parts.keeper.others?.tickets ?? [];
  }

  /** Whether nothing is estimated, waits or is in flight here. */
  get isUnused(): boolean {
    const { queue, totals, preparing } = this.#parts;
    return queue.size + totals.inFlight + preparing.count === 0;
  }

  /** Whether nothing happens here: nothing waits, is in flight or paused. */
  get isQuiet(): boolean {
    return this.isUnused && this.#parts.queue.pauses.until === undefined;
  }

  /** Whether a new lane would do as well: it is quiet, and nothing has to come back. */
  get isIdle(): boolean {
    return this.isQuiet && isFull(this.state.limits, this.now());
  }

  /** `ofAll`: with what other processes wait for, too. */
  snapshot(ofAll = false): LaneSnapshot {
    const { keeper, queue, preparing, totals } = this.#parts;
    const { until } = queue.pauses;
    const lastMs = queue.forecaster.lastMs(ofAll);
    return {
      ...this.#ref,
      ...shownLimits(this.state, this.now()),
      concurrency: slotsOf(keeper),
      queued: queue.size + queue.admission.elsewhere + preparing.count,
      estimating: preparing.count,
      inFlight: totals.inFlight,
      pausedUntil: until && Math.ceil(until),
      // Unknown too, as long as calls are being estimated.
      etaMs: preparing.count > 0 || lastMs === undefined ? undefined : wholeMs(lastMs),
      totals: totals.sum,
    };
  }

  /** As the value tells it: of other processes' queues, it knows the calls that are first. */
  status(): LaneStatus {
    const own = this.snapshot(true);
    return this.#parts.keeper.others?.statusOf(own) ?? { ...own, processes: 1 };
  }
}
