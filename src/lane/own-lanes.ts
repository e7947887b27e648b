import type { Caller } from '../callers/caller.ts';
import { digest } from '../callers/digest.ts';
import type { Terms } from '../callers/terms.ts';
import type { Clock } from '../clock.ts';
import type { GuardedEmitter } from '../guarded-emitter.ts';
import type { LaneOpening } from '../rules/lane-state.ts';
import type { MeteredLimit } from '../rules/limits/metered-limit.ts';
import { policyOf } from '../rules/own-limits.ts';
import type { SharedStore } from '../shared/shared-store.ts';
import { Lane } from './lane.ts';
import { SHARED_SLOTS } from './lane-keeper.ts';
import { SharedKeeper } from './shared-keeper.ts';

interface OpenOwnLane {
  readonly lane: Lane;
  caller: Caller;
  terms: Terms;
  /** When it was last asked for. */
  usedAt: number;
}

/** Where more are open, those that nobody uses now are closed. */
const KEPT = 1000;
/** And those that nobody has used for so long: to be known in the store, each has to speak now and then. */
const IDLE_MS = 10_000;
/** So often they are looked through; not at once, for who is told its lane has yet to ask it. */
const LOOKED_MS = 1000;
const NO_BOUNDS = { maxPauseMs: Number.POSITIVE_INFINITY, maxQueue: Number.POSITIVE_INFINITY };

/**
 * The limits of callers' tiers, where processes share them: each caller's are a lane of their own,
 * which a call passes before it asks for the provider's.
 */
export class OwnLanes {
  readonly #store: SharedStore;
  readonly #clock: Clock;
  readonly #emitter: GuardedEmitter;
  /** The one that was used longest ago is the first. */
  readonly #open = new Map<string, OpenOwnLane>();
  #cancelLook: (() => void) | undefined;

  constructor(store: SharedStore, clock: Clock, emitter: GuardedEmitter) {
    this.#store = store;
    this.#clock = clock;
    this.#emitter = emitter;
  }

  /** Notes who the caller is in the store; its lane, where its tier has limits. */
  of(caller: Caller): Promise<Lane | undefined> | undefined {
    return caller.id === '' ? undefined : this.#of(caller);
  }

  async #of(caller: Caller): Promise<Lane | undefined> {
    caller.digest ??= await digest(caller.id, this.#clock);
    const { limits, concurrency } = caller.terms;
    if (limits.length === 0 && concurrency === Number.POSITIVE_INFINITY) return undefined;
    return this.#lane(caller);
  }

  /** Callers have other limits: what waits learns of it now. */
  refresh(): void {
    for (const open of this.#open.values()) refresh(open);
  }

  /** Closes all of them. */
  close(): void {
    this.#cancelLook?.();
    for (const { lane } of this.#open.values()) lane.close();
    this.#open.clear();
  }

  #lane(caller: Caller): Lane {
    const { digest: id = '' } = caller;
    const open = this.#open.get(id) ?? this.#opened(id, caller);
    this.#open.delete(id);
    this.#open.set(id, open);
    open.caller = caller;
    refresh(open);
    open.usedAt = this.#clock.now();
    this.#lookLater();
    return open.lane;
  }

  #opened(id: string, caller: Caller): OpenOwnLane {
    const { terms } = caller;
    const keeper = new SharedKeeper(this.#store, `own/${id}`, openingOf(terms), this.#clock);
    const ref = { lane: `own/${id}`, model: '' };
    const options = { ...ref, clock: this.#clock, emitter: this.#emitter, keeper };
    const lane = new Lane({ ...options, bounds: NO_BOUNDS, isOwn: true });
    return { caller, terms, lane, usedAt: this.#clock.now() };
  }

  #lookLater(): void {
    this.#cancelLook ??= this.#clock.setTimeout(() => this.#closeUnused(), LOOKED_MS, true);
  }

  /** From the one that was used longest ago. */
  #closeUnused(): void {
    this.#cancelLook = undefined;
    for (const [id, { lane, usedAt }] of this.#open) {
      if (this.#open.size <= KEPT && this.#clock.now() < usedAt + IDLE_MS) break;
      // While the store is lost, a lane is what keeps that its limits were used.
      if (!lane.view.isUnused || !this.#store.reach.isUp) continue;
      this.#open.delete(id);
      lane.close();
    }
    if (this.#open.size > 0) this.#lookLater();
  }
}

function refresh(open: OpenOwnLane): void {
  const { terms } = open.caller;
  if (open.terms === terms) return;
  open.terms = terms;
  open.lane.configure(openingOf(terms), NO_BOUNDS);
}

function openingOf({ limits, shape, concurrency }: Terms): LaneOpening {
  const start = limits.map((limit): MeteredLimit => ({ ...limit, source: 'given' }));
  const inFlight = { start: concurrency, most: concurrency };
  return { start, policy: { ...policyOf(shape), slots: SHARED_SLOTS }, inFlight, isCold: false };
}
