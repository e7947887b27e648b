import type { Allowance, Caller } from '../callers/caller.ts';
import type { Clock } from '../clock.ts';
import type { StoreEvent } from '../events.ts';
import type { GuardedEmitter } from '../guarded-emitter.ts';
import type { LaneRegistry } from '../lane/lane-registry.ts';
import type { LaneSharing } from '../lane/lane-sharing.ts';
import type { Cost } from '../model/limits.ts';
import type { Store } from '../shared/store.ts';
import type { LateCashier } from './late-cashier.ts';

/** What it needs of its limiter. */
interface SharingHost {
  readonly clock: Clock;
  readonly emitter: GuardedEmitter;
  readonly lanes: LaneRegistry;
  readonly cashier: LateCashier;
  readonly isClosed: boolean;
  loaded<Module>(load: () => Promise<Module>): Promise<Module>;
}

/** The `store` of a limiter, and what it shares, as soon as the code for that is loaded. */
export class LateSharing {
  readonly #host: SharingHost;
  #sharing: LaneSharing | undefined;
  /** While the code is loaded. Rejects where it can't be. */
  opening: Promise<void> | undefined;

  constructor(host: SharingHost) {
    this.#host = host;
  }

  /** Shares lanes and budgets. */
  open(store: Store): void {
    this.opening = this.#opened(store);
    // Whoever waits for it is told.
    this.opening.catch(() => {});
  }

  async #opened(store: Store): Promise<void> {
    const { clock, emitter, lanes, cashier } = this.#host;
    const { LaneSharing } = await this.#host.loaded(() => import('../lane/lane-sharing.ts'));
    this.opening = undefined;
    if (this.#host.isClosed) return;
    const sharing = new LaneSharing(store, clock, emitter);
    sharing.onChange((isUp, cause) => this.#storeChanged(isUp, cause));
    this.#sharing = sharing;
    lanes.share(sharing);
    cashier.share(sharing.ledgers);
  }

  #storeChanged(isUp: boolean, cause: unknown): void {
    const { emitter } = this.#host;
    const policy = this.#sharing?.onStoreLost ?? 'local';
    const event: StoreEvent = { what: isUp ? 'store_back' : 'store_lost', policy, cause };
    emitter.emit(isUp ? 'storeBack' : 'storeLost', event);
    emitter.emit('degraded', event);
  }

  get isShared(): boolean {
    return this.#sharing !== undefined;
  }

  /** What the limits of a caller's tier leave it: with a store, those are a lane. */
  async allowance(caller: Caller): Promise<Allowance[]> {
    const shared = await this.#sharing?.allowance(caller);
    return shared ?? caller.allowance(this.#host.clock.now());
  }

  /** Counts what a caller has used elsewhere in the limits of its tier. */
  record(caller: Caller, used: Cost): void | Promise<void> {
    if (this.#sharing === undefined) return caller.recorded(used, this.#host.clock.now());
    return this.#sharing.own(caller).then((own) => own?.feedback.recorded(used));
  }

  /** Callers have other limits. */
  refreshOwn(): void {
    this.#sharing?.refreshOwn();
  }

  close(): void {
    this.#sharing?.close();
  }
}
