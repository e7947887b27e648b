import { Batches } from '../batch/batches.ts';
import type { BudgetReservation } from '../budget/budget-reservation.ts';
import type { PayableCall } from '../budget/cashier.ts';
import type { CallLimiter } from '../call-limiter.ts';
import type { Caller } from '../callers/caller.ts';
import { Callers } from '../callers/callers.ts';
import type { CallerRef } from '../callers/tiers.ts';
import { closedError } from '../errors.ts';
import type { LaneRef, LoweredOutputEvent } from '../events.ts';
import type { GuardedEmitter } from '../guarded-emitter.ts';
import type { Lane } from '../lane/lane.ts';
import { type LaneKey, nameOf } from '../lane/lane-key.ts';
import { LaneRegistry } from '../lane/lane-registry.ts';
import { didYouMean } from '../model/did-you-mean.ts';
import { isUpstream } from '../model/limits.ts';
import type { PriceTable } from '../model/price.ts';
import {
  type ChangeableOptions,
  changed,
  type RateLimiterOptions,
  type Settings,
  settingsFrom,
} from '../options.ts';
import { Calibration } from '../tokens/calibration/calibration.ts';
import { expected } from '../validate.ts';
import { LateCashier } from './late-cashier.ts';
import { LateSharing } from './late-sharing.ts';

/** The parts that a limiter is made of, and what its clients' calls need of them. */
export class LimiterCore implements CallLimiter {
  #settings: Settings;
  readonly emitter: GuardedEmitter;
  readonly lanes: LaneRegistry;
  readonly callers: Callers;
  readonly cashier: LateCashier;
  readonly batches: Batches;
  readonly sharing: LateSharing;
  readonly calibration: Calibration;
  readonly #loading = new Set<Promise<unknown>>();
  #isClosed = false;

  /** @throws TypeError for options that can't be used */
  constructor(options: RateLimiterOptions, emitter: GuardedEmitter) {
    this.#settings = settingsFrom(options);
    const { budget, clock, store, tiers } = this.#settings;
    this.emitter = emitter;
    this.lanes = new LaneRegistry(this.#settings, emitter);
    this.calibration = new Calibration(options.calibration);
    this.cashier = new LateCashier(budget, this);
    this.callers = new Callers(tiers.table, clock);
    this.batches = new Batches(this);
    this.sharing = new LateSharing(this);
    if (store !== undefined) this.sharing.open(store);
  }

  /** Where time comes from. */
  get clock(): Settings['clock'] {
    return this.#settings.clock;
  }

  get maxPauseMs(): number {
    return this.#settings.maxPauseMs;
  }

  get prices(): PriceTable {
    return this.#settings.prices;
  }

  /** The names of callers' tiers, where they are given by name. */
  get tierNames(): readonly string[] {
    return this.#settings.tiers.names;
  }

  get opening(): Promise<void> | undefined {
    return this.sharing.opening;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** @throws HeadroomError (`closed`) after `close()` */
  expectOpen(): void {
    if (this.#isClosed) throw closedError();
  }

  configure(options: ChangeableOptions): void {
    this.#settings = changed(this.#settings, options);
    const { tiers, budget } = this.#settings;
    if ('tiers' in options) {
      this.callers.adopt(tiers.table);
      this.sharing.refreshOwn();
    }
    if ('budget' in options) this.cashier.adopt(budget);
    this.lanes.configure(this.#settings, 'limits' in options);
  }

  close(): void {
    this.#isClosed = true;
    this.batches.fail(closedError());
    this.lanes.close();
    this.callers.close();
    this.sharing.close();
  }

  /** Whether a limit of the model is given in US dollars. */
  hasUsdLimit(model: string): boolean {
    return !this.#settings.limits(model).limits.every(isUpstream);
  }

  /** Whether callers may have a tier of that name. */
  hasTier(tier: string): boolean {
    return this.#settings.tiers.has(tier);
  }

  /**
   * Does something as a caller, as soon as the limits of its tier are known.
   * @throws TypeError where there is no such tier
   */
  as<T>(caller: CallerRef, act: (caller: Caller) => T | Promise<T>): T | Promise<T> {
    return this.callers.use(this.callerRef(caller), act);
  }

  /** @throws TypeError where there is no such tier */
  callerRef({ key, tier }: CallerRef): CallerRef {
    if (tier === undefined || this.hasTier(tier)) return { key, tier };
    const names = this.tierNames;
    const known = names.length === 0 ? ', of which there are none' : ` (${names.join(', ')})`;
    const { message } = expected('tier', `one of \`tiers\`${known}`, tier);
    throw new TypeError(`${message}${didYouMean(tier, names)}`);
  }

  /** The lane of one upstream limit; opened when first asked for, after `opening`. */
  lane(key: LaneKey): Lane {
    if (this.opening !== undefined && !this.#isClosed) {
      throw new Error('A lane was opened before its store');
    }
    return this.lanes.get(key);
  }

  /**
   * Reserves what a call may cost, where there is a budget.
   * @throws HeadroomError where the budget has no room for it, or the model no price
   */
  reserveBudget(
    lane: LaneKey,
    payable: PayableCall,
  ): BudgetReservation | Promise<BudgetReservation> {
    const reject = (error: unknown): never => {
      const { model } = lane;
      const { callId, caller } = payable;
      const told = { lane: nameOf(lane), model, callId, key: caller.key };
      if (error instanceof Error) this.emitter.emit('rejected', { ...told, error });
      throw error;
    };
    try {
      const reserved = this.cashier.reserve(payable);
      return reserved instanceof Promise ? reserved.catch(reject) : reserved;
    } catch (error) {
      return reject(error);
    }
  }

  /** A call goes out with less output than it asked for. */
  tellLowered(lane: LaneKey, lowered: Omit<LoweredOutputEvent, 'what' | keyof LaneRef>): void {
    const ref = { lane: nameOf(lane), model: lane.model };
    const event: LoweredOutputEvent = { ...ref, what: 'max_tokens', ...lowered };
    this.emitter.emit('outputLowered', event);
    this.emitter.emit('degraded', event);
  }

  loaded<Module>(load: () => Promise<Module>): Promise<Module> {
    const loading = load().finally(this.clock.hold?.());
    this.#loading.add(loading);
    const end = (): boolean => this.#loading.delete(loading);
    loading.then(end, end);
    return loading;
  }

  /** Resolves when all that is being loaded is there, or has failed. */
  async settled(): Promise<void> {
    await Promise.allSettled([this.opening, ...this.#loading]);
  }
}
