import { type Allowance, allowanceOf, type Caller } from '../callers/caller.ts';
import type { Clock } from '../clock.ts';
import type { LaneRef } from '../events.ts';
import type { GuardedEmitter } from '../guarded-emitter.ts';
import type { LaneOpening } from '../rules/lane-state.ts';
import { readLane } from '../shared/lane-rules.ts';
import type { LedgerStore } from '../shared/ledger.ts';
import { SharedLedgers } from '../shared/shared-ledgers.ts';
import { SharedStore } from '../shared/shared-store.ts';
import type { Store, StorePolicy } from '../shared/store.ts';
import type { StoreListener } from '../shared/store-reach.ts';
import type { Lane } from './lane.ts';
import { LaneGate } from './lane-gate.ts';
import type { LaneKeeper } from './lane-keeper.ts';
import { type LaneKey, nameOf } from './lane-key.ts';
import type { OwnLaneSource } from './lane-options.ts';
import type { LaneStatus } from './lane-snapshot.ts';
import { OwnLanes } from './own-lanes.ts';
import { SharedKeeper } from './shared-keeper.ts';
import { SharedPauses } from './shared-pauses.ts';
import { statusElsewhere } from './status-elsewhere.ts';

/**
 * All that a limiter needs to share its lanes and budgets with other processes. It is loaded where a
 * limiter has a `store`, and only there.
 */
export class LaneSharing {
  readonly #clock: Clock;
  readonly #store: SharedStore;
  readonly #ledgers: SharedLedgers;
  readonly #ownLanes: OwnLanes;
  readonly #pauses: SharedPauses;

  constructor(store: Store, clock: Clock, emitter: GuardedEmitter) {
    this.#clock = clock;
    this.#store = new SharedStore(store, clock);
    this.#ledgers = new SharedLedgers(this.#store);
    this.#ownLanes = new OwnLanes(this.#store, clock, emitter);
    this.#pauses = new SharedPauses(this.#store, clock);
  }

  /** What calls do while the store is lost. */
  get onStoreLost(): StorePolicy {
    return this.#store.onStoreLost;
  }

  /** Where budgets are kept. */
  get ledgers(): LedgerStore {
    return this.#ledgers;
  }

  /** The lanes of callers' own limits. */
  get ownLanes(): OwnLaneSource {
    return this.#ownLanes;
  }

  /** Calls `listener` whenever the store is lost or back. */
  onChange(listener: StoreListener): void {
    this.#store.reach.onChange(listener);
  }

  /** Opens the value of a lane. */
  keeper(key: LaneKey, opening: LaneOpening): LaneKeeper {
    const gate = new LaneGate(true);
    const keeper = new SharedKeeper(this.#store, nameOf(key), opening, this.#clock, gate);
    this.#pauses.ask(key, keeper, gate);
    return keeper;
  }

  /** An operator stops lanes for `forMs`, or lets them go on: `isOpen` ones are told already. */
  say(model: string | undefined, forMs: number, isOpen: (lane: string) => boolean): void {
    this.#pauses.say(model, forMs, isOpen);
  }

  /** Callers have other limits. */
  refreshOwn(): void {
    this.#ownLanes.refresh();
  }

  /** The caller's own limits, where its tier has any. */
  async own(caller: Caller): Promise<Lane | undefined> {
    return this.#ownLanes.of(caller);
  }

  /** What the caller's own limits leave it; `undefined` where its tier has none. */
  async allowance(caller: Caller): Promise<Allowance[] | undefined> {
    const own = await this.own(caller);
    if (own === undefined) return undefined;
    const { limits } = await own.view.refresh();
    const now = own.view.now();
    const aheadMs = now - this.#clock.now();
    return allowanceOf(limits, now).map((each) => {
      return { ...each, resetAt: Math.ceil(each.resetAt - aheadMs) };
    });
  }

  /** Others are to know of the lane. */
  note(ref: LaneRef): void {
    this.#store.lanes.note(ref);
  }

  /** The lanes that other processes use, without those that `isOpen` here. Rejects if it can't ask. */
  async statusElsewhere(isOpen: (lane: string) => boolean): Promise<LaneStatus[]> {
    if (!this.#store.reach.isUp) return [];
    const listed = (await this.#store.lanes.read()).filter(({ lane }) => !isOpen(lane));
    const asked = listed.map(async ({ lane, model }) => {
      const seen = await this.#store.glimpse(`lane/${lane}`, readLane);
      return seen && statusElsewhere({ lane, model }, seen, this.#clock.now());
    });
    const answers = await Promise.allSettled(asked);
    return answers.flatMap((each) => (each.status === 'fulfilled' && each.value) || []);
  }

  /** Lanes of callers. Those of the limiter end by themselves. */
  close(): void {
    this.#ownLanes.close();
    this.#pauses.close();
    void this.#ledgers.close();
    this.#store.reach.close();
  }
}
