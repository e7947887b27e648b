import type { GuardedEmitter } from '../guarded-emitter.ts';
import type { Cost } from '../model/limits.ts';
import type { Settings } from '../options.ts';
import { type LaneOpening, type LaneState, newLane } from '../rules/lane-state.ts';
import { type OperatorWord, restMs, withWord } from '../shared/operator-pauses.ts';
import { Sweeper } from '../sweeper.ts';
import { EarlyUses } from './early-uses.ts';
import { Lane } from './lane.ts';
import { type LaneKeeper, LocalKeeper } from './lane-keeper.ts';
import { isManual, type LaneKey, manualKey, nameOf, namesOf } from './lane-key.ts';
import type { LaneSharing } from './lane-sharing.ts';
import type { LaneStatus } from './lane-snapshot.ts';
import { openingOf, termsOf } from './lane-terms.ts';

interface OpenLane {
  readonly lane: Lane;
  readonly key: LaneKey;
}

/** So many lanes are kept, whether they are used or not. */
const KEPT = 256;
/** For each new lane so many others are looked at: enough to keep up, however many come. */
const SWEPT = 2;
/**
 * Beyond so many, lanes are not kept just because not all that was used of their limits has come back:
 * names of models may be users' input, so that there is no end of them.
 */
const MOST_KEPT = 1000;

/**
 * The lanes of one limiter, each opened when it is first asked for. Beyond 256 of them, those that
 * are idle are forgotten, the one that was asked for longest ago first: with their totals, and what
 * responses have shown of their limits. Beyond 1000, also those in which nothing waits, is in flight
 * or paused, although not all that was used of their limits has come back.
 */
export class LaneRegistry implements Iterable<Lane> {
  #settings: Settings;
  readonly #emitter: GuardedEmitter;
  /** Where processes share the lanes. */
  #sharing: LaneSharing | undefined;
  /** The one that was asked for longest ago is the first. */
  readonly #open = new Map<string, OpenLane>();
  readonly #sweeper: Sweeper;
  /** What operators have said of lanes, for those that are opened later. */
  #words: readonly OperatorWord[] = [];
  /** What was used elsewhere, for lanes of clients that are opened later. */
  readonly #earlyUses = new EarlyUses();
  /** The one that was asked for last; `undefined` once any was forgotten. */
  #last: OpenLane | undefined;
  #isClosed = false;

  constructor(settings: Settings, emitter: GuardedEmitter) {
    this.#settings = settings;
    this.#emitter = emitter;
    this.#sweeper = new Sweeper(settings.clock, () => this.#sweep());
  }

  /** Shares the lanes with other processes. Called before the first is opened. */
  share(sharing: LaneSharing): void {
    this.#sharing = sharing;
  }

  *[Symbol.iterator](): Generator<Lane, void> {
    for (const { lane } of this.#open.values()) yield lane;
  }

  /** The lane of one upstream limit. */
  get(key: LaneKey): Lane {
    // The key of the last call, in most cases: its lane is the last one already.
    if (key === this.#last?.key && this.#sharing === undefined) return this.#last.lane;
    const name = nameOf(key);
    const known = this.#open.get(name);
    const lane = known?.lane ?? this.#opened(name, key);
    this.#open.delete(name);
    this.#open.set(name, { lane, key: known?.key ?? key });
    this.#last = { lane, key };
    if (!this.#isClosed) this.#sharing?.note({ lane: name, model: lane.view.model });
    if (this.#isClosed && known === undefined) lane.close();
    else if (known === undefined) this.#grown(name);
    return lane;
  }

  /** The lane, where it is open. */
  find(key: LaneKey): Lane | undefined {
    return this.#open.get(nameOf(key))?.lane;
  }

  /** A lane's value as it is known here, or as it would be if it were opened now. */
  stateOf(key: LaneKey): LaneState {
    return this.find(key)?.view.state ?? newLane(this.#opening(key), this.#settings.clock.now());
  }

  /** Every lane as all processes know it: those that are open here first. */
  async status(): Promise<LaneStatus[]> {
    const elsewhere = this.#sharing?.statusElsewhere((lane) => this.#open.has(lane));
    const others = elsewhere?.catch(() => []) ?? [];
    // What can't be asked stays as it was known.
    await Promise.allSettled([...this].map((lane) => lane.view.refresh()));
    const own = [...this].map((lane) => lane.view.status());
    return [...own, ...(await others)];
  }

  /**
   * Goes on with other settings, in the lanes that are open as well. `isAnew`: limits are given, and
   * what responses have said of them is forgotten.
   */
  configure(settings: Settings, isAnew: boolean): void {
    this.#settings = settings;
    for (const { lane, key } of this.#open.values()) {
      lane.configure(termsOf(key, settings, this.#isShared), settings, isAnew);
    }
  }

  /**
   * Stops the lanes of a model, or all: also those that are opened in that time, and with a store
   * those of other processes. `undefined`: lets them go on.
   */
  pause(model: string | undefined, forMs: number | undefined): void {
    const now = this.#settings.clock.now();
    this.#words = withWord(this.#words, { model, until: now + (forMs ?? 0) }, now);
    this.#sharing?.say(model, forMs ?? 0, (lane) => this.#open.has(lane));
    for (const { lane } of this.#of(model)) lane.pause(forMs);
  }

  /**
   * Counts what was used elsewhere: in the open lanes of a model, or in that of calls by hand. Before
   * a client's lane is open, also in those that open soon.
   */
  record(model: string, cost: Cost): void {
    const open = this.#of(model);
    const lanes = open.length > 0 ? open.map(({ lane }) => lane) : [this.get(manualKey(model))];
    for (const { feedback } of lanes) feedback.recorded(cost);
    if (open.every(({ key }) => isManual(key))) {
      this.#earlyUses.add(model, cost, this.#settings.clock.now());
    }
  }

  #of(model: string | undefined): OpenLane[] {
    const open = [...this.#open.values()];
    return open.filter(({ key }) => model === undefined || namesOf(key).includes(model));
  }

  /** Closes all of them, and those that are opened later. */
  close(): void {
    this.#isClosed = true;
    this.#last = undefined;
    this.#sweeper.stop();
    for (const lane of this) lane.close();
  }

  /** There is one more, which its call will use at once. */
  #grown(added: string): void {
    if (this.#open.size > KEPT) this.#sweeper.ask();
    for (let i = 0; i < SWEPT && this.#open.size > KEPT; i++) this.#lookAtOldest();
    if (this.#open.size <= MOST_KEPT) return;
    for (const [name, { lane }] of this.#open) {
      if (name === added || !lane.view.isQuiet) continue;
      this.#forget(name, lane);
      return;
    }
  }

  /** One that is still used goes to the end. */
  #lookAtOldest(): void {
    const [[name, open] = []] = this.#open;
    if (name === undefined || open === undefined) return;
    this.#open.delete(name);
    this.#last = undefined;
    if (open.lane.view.isIdle) open.lane.close();
    else this.#open.set(name, open);
  }

  #sweep(): boolean | undefined {
    const before = this.#open.size;
    for (const [name, { lane }] of this.#open) {
      if (this.#open.size <= KEPT) return undefined;
      if (lane.view.isIdle) this.#forget(name, lane);
    }
    return this.#open.size < before;
  }

  #forget(name: string, lane: Lane): void {
    this.#last = undefined;
    this.#open.delete(name);
    lane.close();
  }

  #opened(name: string, key: LaneKey): Lane {
    const { clock } = this.#settings;
    const lane = new Lane({
      ...{ lane: name, model: key.model, clock, bounds: this.#settings },
      ...{ emitter: this.#emitter, ownLanes: this.#sharing?.ownLanes },
      keeper: this.#keeper(key),
    });
    // With a store, what all operators have said is asked there.
    const pausedMs = this.#sharing ? 0 : restMs(this.#words, namesOf(key), clock.now());
    if (pausedMs > 0) lane.pause(pausedMs);
    const used = isManual(key) ? [] : this.#earlyUses.of(namesOf(key), clock.now());
    for (const cost of used) lane.feedback.recorded(cost);
    return lane;
  }

  #opening(key: LaneKey): LaneOpening {
    return openingOf(key, this.#settings, this.#isShared);
  }

  get #isShared(): boolean {
    return this.#sharing !== undefined;
  }

  #keeper(key: LaneKey): LaneKeeper {
    const { clock } = this.#settings;
    const opening = this.#opening(key);
    return (
      this.#sharing?.keeper(key, opening) ?? new LocalKeeper(newLane(opening, clock.now()), clock)
    );
  }
}
