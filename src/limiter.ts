import type { MapFunction } from './batch/batch-run.ts';
import { Batches } from './batch/batches.ts';
import type { MapOptions } from './batch/options.ts';
import type { MapResult } from './batch/results.ts';
import { runReserved } from './batch/run-reserved.ts';
import {
  type BatchItemResult,
  type BatchOptions,
  expectBatchOptions,
} from './batch-api/item-options.ts';
import type { LiveClient } from './batch-api/item-run.ts';
import { Cashier, type PayableCall } from './budget/budget.ts';
import type { Spending } from './budget/budget-ledger.ts';
import type { BudgetReservation } from './budget/budget-reservation.ts';
import { type Allowance, allowanceOf, type Caller } from './callers/caller.ts';
import { Callers } from './callers/callers.ts';
import { expectContext } from './callers/run-as.ts';
import type { CallerRef } from './callers/tiers.ts';
import { checkedCost } from './checked-cost.ts';
import { closedError, HeadroomError, storeAsyncError } from './errors.ts';
import type { LaneRef, LoweredOutputEvent, StoreEvent } from './events.ts';
import { definePlainFetch } from './fetch/plain-fetch.ts';
import { GuardedEmitter } from './guarded-emitter.ts';
import type { Lane } from './lane/lane.ts';
import { type LaneKey, LaneRegistry, manualKey, nameOf } from './lane/lane-registry.ts';
import type { LaneSharing } from './lane/lane-sharing.ts';
import type { LaneSnapshot, LaneStatus } from './lane/lane-snapshot.ts';
import type { Rejection, Reservation } from './lane/reservation.ts';
import { markLimiter } from './limiter-self.ts';
import { bindMethods } from './model/bind-methods.ts';
import { field } from './model/json.ts';
import { type Cost, isUpstream } from './model/limits.ts';
import type { PriceTable } from './model/price.ts';
import {
  type ChangeableOptions,
  changed,
  type RateLimiterOptions,
  type Settings,
  settingsFrom,
} from './options.ts';
import type { Plan } from './plan/plan.ts';
import type { PlannedCalls } from './plan/planned-call.ts';
import type { Stage } from './plan/stage.ts';
import type { PricedUsage } from './providers/cost-in-usd.ts';
import type { Store } from './shared/store.ts';
import { Calibration } from './tokens/calibration/calibration.ts';
import { watchUnended } from './unended.ts';
import { expected, expectKnown, expectNumber, expectObject, expectText } from './validate.ts';

/** What else is to be known of a call that asks for its turn. */
export interface AcquireOptions {
  /** The lane: calls with the same model share limits. @default 'default' */
  readonly model?: string | undefined;
  /** Who asks: fair between keys, and each has the limits of its tier. */
  readonly key?: string | undefined;
  /** One of `tiers`. */
  readonly tier?: string | undefined;
  /** The longest that the call may wait. @default Infinity */
  readonly maxWaitMs?: number | undefined;
  /** Higher goes first. @default 0 */
  readonly priority?: number | undefined;
  /** Gives the place in the line back, and rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Lets calls through at the rate of their limits. Wrapped clients have one; it also serves alone:
 *
 * ```ts
 * const limiter = createRateLimiter({ limits: { rpm: 500, tpm: 200_000 } });
 * const reservation = await limiter.acquire({ tokens: 1_200 });
 * try {
 *   reservation.settle({ tokens: await work() });
 * } finally {
 *   reservation.cancel(); // does nothing once it is settled
 * }
 * ```
 */
// Longer than most files: it is most of the public contract, with its documentation.
export class RateLimiter extends GuardedEmitter {
  #settings: Settings;
  readonly #lanes: LaneRegistry;
  #sharing: LaneSharing | undefined;
  /** While the code for its `store` is loaded. @internal */
  opening: Promise<void> | undefined;
  /** What responses have taught about estimates: `JSON.stringify` it to keep it. */
  readonly calibration: Calibration;
  /**
   * A `fetch` whose calls to models wait for this limiter: for any client that takes one. It needs no
   * `this`. `rateLimitedFetch({ limiter, … })` is the same with options.
   *
   * @example
   * const openai = createOpenAI({ fetch: limiter.fetch }); // Vercel's AI SDK
   */
  declare readonly fetch: typeof globalThis.fetch;
  readonly #cashier: Cashier;
  readonly #callers: Callers;
  readonly #batches: Batches;
  readonly #loading = new Set<Promise<unknown>>();
  #isClosed = false;

  /** @throws TypeError for options that can't be used */
  constructor(options: RateLimiterOptions = {}) {
    super();
    this.#settings = settingsFrom(options);
    const { store } = this.#settings;
    this.#lanes = new LaneRegistry(this.#settings, this);
    this.calibration = new Calibration(options.calibration);
    const { budget, clock } = this.#settings;
    this.#cashier = new Cashier(budget, clock);
    this.#callers = new Callers(this.#settings.tiers.table, clock);
    this.#batches = new Batches({
      clock,
      emitter: this,
      lanes: this.#lanes,
      loaded: (load) => this.loaded(load),
    });
    if (store !== undefined) this.#open(store);
    markLimiter(this);
    bindMethods(this, RateLimiter.prototype);
    definePlainFetch(this);
  }

  /**
   * Waits until a call of that cost may be sent. `requests` is 1 unless given. End the reservation
   * with `settle` or `cancel`: until then it counts as in flight.
   *
   * @example
   * const reservation = await limiter.acquire({ tokens: 1_200 }, { key: 'alice', maxWaitMs: 5_000 });
   * try {
   *   reservation.settle({ tokens: await work() });
   * } finally {
   *   reservation.cancel();
   * }
   *
   * @throws TypeError for a cost or options that can't be used
   * @throws CallTooLarge where the cost exceeds a limit
   * @throws RateLimitExceeded where it would wait longer than `maxWaitMs`, or the provider has
   * stopped the lane for longer than `maxPauseMs`
   * @throws QueueFull where `maxQueue` calls wait already
   * @throws StoreUnavailable where the store is lost, and nothing goes without it
   * @throws HeadroomError: `closed`; `tier_unknown` where the limits of its tier can't be had
   * @throws the signal's reason, when it aborts first
   */
  async acquire(cost: Cost, options: AcquireOptions = {}): Promise<Reservation> {
    expectAsked(options, ['model', 'key', 'tier', 'priority', 'signal', 'maxWaitMs']);
    const { model, key, tier, ...how } = options;
    const checked = checkedCost('cost', cost);
    if (this.opening !== undefined) await this.opening;
    const reservation = await this.as({ key, tier }, (caller) =>
      this.#manualLane(model).acquire({ ...how, caller, cost: checked }),
    );
    return watchUnended(reservation);
  }

  /**
   * Lets a call of that cost through now, or says why not, and when to ask again. Never waits.
   *
   * @example
   * const answer = limiter.tryAcquire({ tokens: 1_200 });
   * if (answer.granted) answer.settle({ tokens: await work() });
   * else console.log(`Not now (${answer.reason}): try again in ${answer.waitMs} ms`);
   *
   * @throws TypeError for a cost or options that can't be used
   * @throws CallTooLarge where the cost exceeds a limit
   * @throws RateLimitExceeded where the provider has stopped the lane for longer than `maxPauseMs`
   * @throws HeadroomError: `closed`; `store_async` with a store, which takes a moment to ask;
   * `tier_unknown` where the limits of the caller's tier have to be asked for first
   */
  tryAcquire(
    cost: Cost,
    options: Pick<AcquireOptions, 'model' | 'key' | 'tier'> = {},
  ): Reservation | Rejection {
    expectAsked(options, ['model', 'key', 'tier']);
    const { model, key, tier } = options;
    const caller = this.#callers.find({ key, tier: this.#callerTier(tier) });
    if (caller instanceof Promise) {
      caller.catch(() => {});
      throw new HeadroomError(
        'tier_unknown',
        `The limits of tier '${tier}' are still being loaded`,
      );
    }
    if (this.opening !== undefined && !this.#isClosed) throw storeAsyncError();
    const answer = this.#manualLane(model).tryAcquire({ caller, cost: checkedCost('cost', cost) });
    return answer.granted ? watchUnended(answer) : answer;
  }

  /**
   * Waits for its turn, calls `fn`, and ends the reservation: with what `fn` gives to its `settle`,
   * else as it was reserved, also where `fn` fails, because its request may have been sent. Where it
   * was not, `fn` calls `cancel` before it throws.
   *
   * @example
   * const answer = await limiter.run({ tokens: 1_200 }, async (reservation) => {
   *   const { text, tokens } = await work();
   *   reservation.settle({ tokens });
   *   return text;
   * });
   *
   * @throws what `fn` throws, and what `acquire` does
   */
  async run<T>(
    cost: Cost,
    fn: (reservation: Reservation) => T | PromiseLike<T>,
    options: AcquireOptions = {},
  ): Promise<T> {
    return runReserved(() => this.acquire(cost, options), fn);
  }

  /**
   * Counts what was used without this limiter, by another program with the same key: in the lanes of
   * the model (or of the name that `snapshot()` calls a lane) that are open, else in that of calls by
   * hand; and of the limits of its caller's tier. What exceeds a limit is a debt, which calls wait off.
   * Budgets don't count it.
   *
   * @example
   * limiter.record({ tokens: 40_000 }, { model: 'gpt-4o' });
   *
   * @throws TypeError for a cost or options that can't be used
   * @throws HeadroomError (`closed`) after `close()`
   */
  record(cost: Cost, options: Pick<AcquireOptions, 'model' | 'key' | 'tier'> = {}): void {
    expectAsked(options, ['model', 'key', 'tier']);
    const { model = 'default', key, tier } = options;
    const used = checkedCost('cost', cost);
    const ref = { key, tier: this.#callerTier(tier) };
    if (this.#isClosed) throw closedError();
    const count = (): void | Promise<void> => {
      this.#lanes.record(model, used);
      return this.as(ref, (caller) => this.#recordOwn(caller, used));
    };
    const counted = this.opening === undefined ? count() : this.opening.then(count);
    // Where the limits of its tier can't be had, there is nothing to count in.
    if (counted instanceof Promise) counted.catch(() => {});
  }

  /**
   * Calls `fn` for each item, for as many at a time as keep the limits busy, and yields what becomes
   * of each as it is there. `fn` makes its calls through this limiter: on a client of
   * `withRateLimit`, or with `run`. An error is a result, and ends nothing; one of `items` itself is
   * thrown, when all that was begun has been handed out. Nothing begins before the first result is
   * asked for, and no more than a bounded number while none is taken. `signal`, `break` and `close()`
   * end it: the signal that `fn` got aborts.
   *
   * @example
   * for await (const result of limiter.map(texts, (text, { signal }) => ask(text, signal))) {
   *   if ('error' in result) console.error(result.index, result.error);
   *   else console.log(result.index, result.value);
   * }
   *
   * @throws TypeError for arguments that can't be used
   * @throws HeadroomError (`closed`) after `close()`
   */
  map<Item, Value>(
    items: Iterable<Item> | AsyncIterable<Item>,
    fn: MapFunction<Item, Value>,
    options: MapOptions = {},
  ): AsyncIterableIterator<MapResult<Item, Value>> {
    if (this.#isClosed) throw closedError();
    return this.#batches.map(items, fn, options);
  }

  /**
   * Sends a call for each item by the provider's Batch API, at half the price and within a day, and
   * live what expires there, or fails in a way that another try may not. `client` is one that
   * `withRateLimit` has given this limiter; `request` makes the body of an item's call. Yields what
   * becomes of each item as it is there, in any order: the answer's JSON as `value`, or an `error`
   * (`BatchedCallFailed`, or the SDK's), and `via` which way it went. All items are in memory until
   * they have a result. `break`, `signal` and `close()` end it here, and leave batches running: with
   * a `journal`, a later call goes on with them.
   *
   * @example
   * const openai = withRateLimit(new OpenAI());
   * const request = (text: string) => ({ model: 'gpt-4o-mini', messages: [{ role: 'user', content: text }] });
   * for await (const result of openai.rateLimit.batch(openai, texts, { request })) {
   *   console.log(result.index, 'error' in result ? result.error : result.value);
   * }
   *
   * @throws TypeError for arguments that can't be used, and for a deadline where nobody knows limits
   * @throws HeadroomError (`closed`) after `close()`
   * @throws the SDK's error where the host has no Batch API, or takes no key
   */
  batch<Item, Value = unknown>(
    client: object,
    items: Iterable<Item> | AsyncIterable<Item>,
    options: BatchOptions<Item>,
  ): AsyncGenerator<BatchItemResult<Item, Value>, void> {
    if (this.#isClosed) throw closedError();
    expectBatchOptions(options);
    if (!isClientOf(client, this)) {
      throw expected('client', 'a client that `withRateLimit` has given this limiter', client);
    }
    const { clock, map, plan } = this;
    return this.#batches.tracked(async () => {
      const { ItemRun } = await this.loaded(() => import('./batch-api/item-run.ts'));
      const { usdOf } = await this.loaded(() => import('./providers/usd-of.ts'));
      const host = {
        ...{ clock, emitter: this, lanes: this.#lanes, map, plan },
        usdOf: (model: string, usage: PricedUsage) => usdOf(model, usage, this.prices),
      };
      return new ItemRun<Item, Value>(host, client, options);
    }, items);
  }

  /**
   * Changes options while calls are under way: those that are named, all or none. What has been
   * used stays used. Calls that wait are looked at anew: they go as soon as the new limits have
   * room, and are rejected with `CallTooLarge` where they exceed one. Limits that are no longer given
   * (`{ limits: undefined }`) are again those that are published or that responses have shown.
   *
   * A budget goes on with what is spent, where its windows and `perKey` are the same; else it starts
   * anew.
   *
   * @example
   * limiter.configure({ limits: { rpm: 1_000, tpm: 400_000 } });
   *
   * @throws TypeError for options that can't be used, or can't be changed; then nothing has changed
   * @throws HeadroomError (`closed`) after `close()`
   */
  configure(options: ChangeableOptions): void {
    if (this.#isClosed) throw closedError();
    this.#settings = changed(this.#settings, options);
    const { tiers, budget } = this.#settings;
    if ('tiers' in options) this.#callers.adopt(tiers.table);
    if ('budget' in options) this.#cashier.adopt(budget);
    this.#lanes.configure(this.#settings, 'limits' in options);
  }

  /**
   * How long calls will take if they are made now, all at once, what they will wait for, and what
   * they will cost. Nothing is sent or reserved.
   *
   * The time is found by letting them through copies of the lanes, with the limits in force and what
   * is used and waits now: with a `store`, what all processes have used, and what waits here. Each
   * call counts with what would be reserved for it. Not considered are calls that others make later,
   * refusals, the limits of tiers, and budgets. `calls` may be an async iterable
   * of any length: 40 bytes are kept of each.
   *
   * @example
   * const { durationMs, usd } = await limiter.plan([{ cost: { tokens: 2_000 } }]);
   *
   * @throws TypeError for calls that are none, or that no provider counts
   * @throws HeadroomError (`closed`) after `close()`
   */
  async plan(calls: PlannedCalls): Promise<Plan> {
    if (this.#isClosed) throw closedError();
    await this.opening;
    const { prices } = this.#settings;
    const stage = (key: LaneKey): Promise<Stage> => this.#stage(key);
    const { planOf } = await this.loaded(() => import('./plan/plan.ts'));
    const { calibration, clock } = this;
    return planOf(calls, { prices, calibration, clock, stage, pricing: this });
  }

  /**
   * What the limits of a caller's tier leave it, the scarcest first: for the `X-RateLimit-*` headers
   * of your own answers. Empty where its tier has none. With a `store` that is asked, so that it is
   * what all processes have left; while it is lost, what this one knows.
   *
   * @example
   * const [scarcest] = await limiter.allowance({ key: 'alice', tier: 'free' });
   * console.log(scarcest?.remaining, scarcest?.max); // 3 5
   *
   * @throws TypeError where there is no such tier; `tier_unknown` where its limits can't be had
   */
  async allowance(caller: CallerRef): Promise<readonly Allowance[]> {
    expectObject('caller', caller, '{ key, tier }');
    expectKnown(caller, ['key', 'tier']);
    expectContext(caller);
    await this.opening;
    const limits = await this.as(caller, async (each) => {
      return this.#allowance(each);
    });
    return limits.sort((one, other) => one.remaining / one.max - other.remaining / other.max);
  }

  /**
   * Every lane as it is now.
   *
   * @example
   * for (const { model, queued, etaMs } of limiter.snapshot()) {
   *   const eta = etaMs === undefined ? 'an unknown time' : `${etaMs / 1000} s`;
   *   console.log(`${model}: ${queued} waiting, done in ${eta}`);
   * }
   */
  snapshot(): LaneSnapshot[] {
    return [...this.#lanes].map((lane) => lane.snapshot());
  }

  /**
   * Every lane as all processes know it: with a `store` that is asked, so that limits, pauses and
   * `inFlight` are those of all of them, and `queued` counts the first calls that each has asked
   * for, at least. Lanes that only other processes use come last: the 256 that were used last, within
   * a day. While the store is lost, what this process knows. `totals` are this process's.
   */
  async status(): Promise<LaneStatus[]> {
    await this.opening;
    return this.#lanes.status();
  }

  /**
   * Lets nothing through for `forMs` milliseconds: in the lanes of that `model` (or by the name that
   * `snapshot()` calls a lane), or in all, and also in those that are first used in that time. With a
   * `store`, in all processes. Calls wait for up to `maxPauseMs`; where it takes longer, they are
   * rejected with the time. Neither answers nor probes end such a pause: only time and `resume`.
   *
   * @example
   * limiter.pause({ model: 'gpt-4o', forMs: 300_000 });
   *
   * @throws TypeError for options that can't be used
   * @throws HeadroomError (`closed`) after `close()`
   */
  pause(options: { readonly model?: string | undefined; readonly forMs: number }): void {
    expectPaused(options, ['model', 'forMs']);
    const { model, forMs } = options;
    const what = 'a number of milliseconds, more than 0';
    expectNumber('forMs', forMs, what, (ms) => ms > 0 && Number.isFinite(ms));
    if (this.#isClosed) throw closedError();
    this.#lanes.pause(model, forMs);
  }

  /**
   * Ends pauses, the provider's too: in the lanes of that `model`, or in all. One call goes first, and
   * its answer lets the others go.
   *
   * @throws TypeError for options that can't be used
   * @throws HeadroomError (`closed`) after `close()`
   */
  resume(options: { readonly model?: string | undefined } = {}): void {
    expectPaused(options, ['model']);
    if (this.#isClosed) throw closedError();
    this.#lanes.resume(options.model);
  }

  /**
   * What is spent and reserved of the budget since its last reset; with `perKey` of each key's that
   * has been used. Empty without the option `budget`.
   */
  spending(): readonly Spending[] {
    return this.#cashier.spending();
  }

  /**
   * Resolves when nothing is estimated, waits or is in flight, in any lane. A call is in flight until
   * its response has been read to the end, or given up: one whose body nobody reads, as of a promise
   * that is never awaited, or of `asResponse()`, holds it up for ever.
   */
  async drain(): Promise<void> {
    const drained = (): Promise<unknown> =>
      Promise.all([...this.#lanes].map((lane) => lane.drain()));
    // A call that comes first waits for its code.
    await Promise.allSettled([this.opening, ...this.#loading]);
    await drained();
    // A call may have been estimated for another lane than the one that it went to.
    await drained();
  }

  /**
   * Rejects what waits and all that comes after, and leaves no timer behind. What is in flight goes
   * on, and its responses can still be read.
   */
  close(): void {
    this.#isClosed = true;
    this.#batches.fail(closedError());
    this.#lanes.close();
    this.#callers.close();
    this.#sharing?.close();
  }

  /** Where time comes from. @internal */
  get clock(): Settings['clock'] {
    return this.#settings.clock;
  }

  /** The longest that a call is held for refusals. @internal */
  get maxPauseMs(): number {
    return this.#settings.maxPauseMs;
  }

  /**
   * Does something as a caller, as soon as the limits of its tier are known.
   * @throws TypeError where there is no such tier
   * @internal
   */
  as<T>({ key, tier }: CallerRef, act: (caller: Caller) => T | Promise<T>): T | Promise<T> {
    return this.#callers.use({ key, tier: this.#callerTier(tier) }, act);
  }

  /** Whether callers may have a tier of that name. @internal */
  hasTier(tier: string): boolean {
    return this.#settings.tiers.has(tier);
  }

  /** Prices that were given. @internal */
  get prices(): PriceTable {
    return this.#settings.prices;
  }

  /** Whether a limit of the model is given in US dollars. @internal */
  hasUsdLimit(model: string): boolean {
    return !this.#settings.limits(model).limits.every(isUpstream);
  }

  /** The names of callers' tiers, where they are given by name. @internal */
  get tierNames(): readonly string[] {
    return this.#settings.tiers.names;
  }

  /** Loads what many programs never need. No virtual time passes meanwhile. @internal */
  loaded<Module>(load: () => Promise<Module>): Promise<Module> {
    const loading = load().finally(this.clock.hold?.());
    this.#loading.add(loading);
    const end = (): boolean => this.#loading.delete(loading);
    loading.then(end, end);
    return loading;
  }

  /** The lane of one upstream limit; opened when first asked for, after `opening`. @internal */
  lane(key: LaneKey): Lane {
    if (this.opening !== undefined && !this.#isClosed) {
      throw new Error('A lane was opened before its store');
    }
    return this.#lanes.get(key);
  }

  /**
   * Reserves what a call may cost, where there is a budget.
   * @throws HeadroomError where the budget has no room for it, or the model no price
   * @internal
   */
  reserveBudget(
    lane: LaneKey,
    payable: PayableCall,
  ): BudgetReservation | Promise<BudgetReservation> {
    const refuse = (error: unknown): never => {
      const { model } = lane;
      const { callId, caller } = payable;
      const told = { lane: nameOf(lane), model, callId, key: caller.key };
      if (error instanceof Error) this.emit('rejected', { ...told, error });
      throw error;
    };
    try {
      const reserved = this.#cashier.reserve(payable);
      return reserved instanceof Promise ? reserved.catch(refuse) : reserved;
    } catch (error) {
      return refuse(error);
    }
  }

  /** A call goes out with less output than it asked for. @internal */
  tellLowered(lane: LaneKey, lowered: Omit<LoweredOutputEvent, 'what' | keyof LaneRef>): void {
    const ref = { lane: nameOf(lane), model: lane.model };
    const event: LoweredOutputEvent = { ...ref, what: 'max_tokens', ...lowered };
    this.emit('outputLowered', event);
    this.emit('degraded', event);
  }

  async #allowance(caller: Caller): Promise<Allowance[]> {
    const own = await this.#sharing?.own(caller);
    if (own === undefined) return caller.allowance(this.clock.now());
    const { limits } = await own.refresh();
    const now = own.now();
    const aheadMs = now - this.clock.now();
    return allowanceOf(limits, now).map((each) => {
      return { ...each, resetAt: Math.ceil(each.resetAt - aheadMs) };
    });
  }

  /** Of the limits of its tier: with a store, those are a lane. */
  #recordOwn(caller: Caller, used: Cost): void | Promise<void> {
    if (this.#sharing === undefined) return caller.recorded(used, this.clock.now());
    return this.#sharing.own(caller).then((own) => own?.feedback.recorded(used));
  }

  /** Shares lanes and budgets through a store, as soon as the code for that is loaded. */
  #open(store: Store): void {
    const open = async (): Promise<void> => {
      const { LaneSharing } = await this.loaded(() => import('./lane/lane-sharing.ts'));
      this.opening = undefined;
      if (this.#isClosed) return;
      const sharing = new LaneSharing(store, this.clock, this);
      sharing.onChange((isUp, cause) => this.#storeChanged(isUp, cause));
      this.#sharing = sharing;
      this.#lanes.share(sharing);
      this.#cashier.share(sharing.ledgers);
    };
    this.opening = open();
    // Whoever waits for it is told.
    this.opening.catch(() => {});
  }

  #storeChanged(isUp: boolean, cause: unknown): void {
    const policy = this.#sharing?.onStoreLost ?? 'local';
    const event: StoreEvent = { what: isUp ? 'store_back' : 'store_lost', policy, cause };
    this.emit(isUp ? 'storeBack' : 'storeLost', event);
    this.emit('degraded', event);
  }

  /** With a store, a lane is opened for it: what others have used is known there. */
  async #stage(key: LaneKey): Promise<Stage> {
    const { stageOf } = await this.loaded(() => import('./plan/stage.ts'));
    const ref = { lane: nameOf(key), model: key.model };
    const lane = this.#sharing === undefined ? this.#lanes.find(key) : this.lane(key);
    const state = (await lane?.refresh()) ?? this.#lanes.stateOf(key);
    const now = lane?.now() ?? this.clock.now();
    return stageOf(ref, state, lane?.waiting ?? [], key.learns === true, now);
  }

  #callerTier(tier: string | undefined): string | undefined {
    if (tier === undefined || this.hasTier(tier)) return tier;
    const names = this.tierNames;
    const known = names.length === 0 ? ', of which there are none' : ` (${names.join(', ')})`;
    throw expected('tier', `one of \`tiers\`${known}`, tier);
  }

  #manualLane(model = 'default'): Lane {
    return this.lane(manualKey(model));
  }
}

/** @throws TypeError for options of a call that can't be used, or that are none of `known` */
function expectAsked(options: AcquireOptions, known: readonly string[]): void {
  expectObject('options', options, `{ ${known.join(', ')} }`);
  expectKnown(options, known);
  const { model, signal, ...context } = options;
  expectContext(context);
  if (model !== undefined) expectText('model', model);
  if (signal !== undefined && !isSignal(signal)) {
    throw expected('signal', 'an AbortSignal', signal);
  }
}

/** @throws TypeError for options of `pause` or `resume` that can't be used, or that are none of `known` */
function expectPaused(options: { model?: string | undefined }, known: readonly string[]): void {
  expectObject('options', options, `{ ${known.join(', ')} }`);
  expectKnown(options, known);
  if (options.model !== undefined) expectText('model', options.model);
}

/** Whether `withRateLimit` has given the client this limiter. */
function isClientOf(client: unknown, limiter: RateLimiter): client is LiveClient {
  return field(client, 'rateLimit') === limiter;
}

/** Also one of another realm, or a polyfill's. */
function isSignal(signal: unknown): boolean {
  return typeof signal === 'object' && signal !== null && 'aborted' in signal;
}

/**
 * A rate limiter of its own, to be shared by clients (`{ limiter }`) or used alone.
 *
 * @example
 * const limiter = createRateLimiter({ limits: { rpm: 500, tpm: 200_000 } });
 * const openai = withRateLimit(new OpenAI(), { limiter });
 *
 * @throws TypeError for options that can't be used
 */
export function createRateLimiter(options: RateLimiterOptions = {}): RateLimiter {
  return new RateLimiter(options);
}
