import { Cashier, type PayableCall } from './budget.ts';
import type { Charge } from './budget-charge.ts';
import type { Spending } from './budget-ledger.ts';
import type { Caller } from './callers/caller.ts';
import { Callers } from './callers/callers.ts';
import { expectContext } from './callers/run-as.ts';
import type { CallerRef } from './callers/tiers.ts';
import { Concurrency } from './concurrency.ts';
import { HeadroomError } from './errors.ts';
import { Calibration } from './estimate/calibration/calibration.ts';
import { GuardedEmitter, type LaneRef, type LoweredOutputEvent } from './events.ts';
import { expected, expectNumber, expectObject } from './expect.ts';
import { Gate } from './gate.ts';
import { Lane } from './lane.ts';
import { LaneLimits } from './lane-limits.ts';
import type { LaneSnapshot } from './lane-snapshot.ts';
import {
  type Correction,
  type Cost,
  DIMENSIONS,
  type Dimension,
  type Enforcement,
  type Shape,
  type Subject,
  UNKNOWN_SHAPE,
} from './limits.ts';
import { Meter, type MeteredLimit } from './meter.ts';
import { expectKnown, type RateLimiterOptions, type Settings, settingsFrom } from './options.ts';
import type { Preset } from './presets/preset.ts';
import type { Rejection, Reservation } from './reservation.ts';

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

/** What decides where a call waits, besides the model. */
export interface LaneKey {
  /** The upstream host, or another name for who enforces the limits. */
  readonly host: string;
  readonly model: string;
  /** What shares a limit with the model; the lane's name. @default the model */
  readonly family?: string | undefined;
  /** What the host does about charges that were wrong. @default 'settled' */
  readonly correction?: Correction | undefined;
  /** Responses will tell of the limits. */
  readonly learns?: boolean | undefined;
  /** What is published of the limits. */
  readonly preset?: Preset | undefined;
  /** What the host counts. @default requests and tokens a minute */
  readonly measures?: readonly Subject[] | undefined;
  /** Of these, what its responses state. */
  readonly states?: readonly Subject[] | undefined;
  /** How that host is believed to enforce a limit in a dimension. */
  readonly shape: (dimension: Dimension) => Shape;
}

/** The burst of an enforcement that was given without one, in seconds. */
const BURST_SECONDS: Readonly<Record<Enforcement, number>> = {
  bucket: 60,
  window: 60,
  slices: 0.25,
};

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
export class RateLimiter extends GuardedEmitter {
  readonly #settings: Settings;
  readonly #lanes = new Map<string, Lane>();
  /** What responses have taught about estimates: `JSON.stringify` it to keep it. */
  readonly calibration: Calibration;
  readonly #cashier: Cashier;
  readonly #callers: Callers;
  readonly #stopListening: (() => void) | undefined;
  #isClosed = false;

  /** @throws TypeError for options that can't be used */
  constructor(options: RateLimiterOptions = {}) {
    super();
    this.#settings = settingsFrom(options);
    this.calibration = new Calibration(options.calibration);
    const { budget, prices, clock, store } = this.#settings;
    this.#cashier = new Cashier(budget, prices, clock, store);
    this.#stopListening = store?.onChange((isUp, cause) => {
      this.#storeChanged(isUp, cause);
    });
    this.#callers = new Callers(this.#settings.tiers.table, clock);
  }

  /**
   * Waits until a call of that cost may be sent. `requests` is 1 unless given. End the reservation
   * with `settle` or `cancel`: until then it counts as in flight.
   *
   * @throws CallTooLarge where the cost exceeds a limit
   * @throws RateLimitExceeded where it would wait longer than `maxWaitMs`, or the provider has
   * stopped the lane for longer than `maxPauseMs`
   * @throws QueueFull where `maxQueue` calls wait already
   * @throws the signal's reason, when it aborts first
   */
  async acquire(cost: Cost, options: AcquireOptions = {}): Promise<Reservation> {
    const { model, key, tier, ...how } = options;
    expectKnown(options, ['model', 'key', 'tier', 'priority', 'signal', 'maxWaitMs']);
    expectContext({ key, tier, priority: how.priority, maxWaitMs: how.maxWaitMs });
    const checked = checkedCost(cost);
    const caller = this.caller({ key, tier: this.#ownTier(tier) });
    const known = caller instanceof Promise ? await caller : caller;
    return this.#ownLane(model).acquire({ ...how, caller: known, cost: checked });
  }

  /**
   * Lets a call of that cost through now, or says why not. Never waits.
   *
   * @throws CallTooLarge, RateLimitExceeded and closed limiters' HeadroomError, like `acquire`;
   * `tier_unknown` where the limits of the caller's tier have to be asked for first
   */
  tryAcquire(
    cost: Cost,
    options: Pick<AcquireOptions, 'model' | 'key' | 'tier'> = {},
  ): Reservation | Rejection {
    expectKnown(options, ['model', 'key', 'tier']);
    const { model, key, tier } = options;
    const caller = this.caller({ key, tier: this.#ownTier(tier) });
    if (caller instanceof Promise) {
      caller.catch(() => {});
      throw new HeadroomError('tier_unknown', `The limits of tier '${tier}' are being asked for`);
    }
    return this.#ownLane(model).tryAcquire({ caller, cost: checkedCost(cost) });
  }

  /** Every lane as it is now. */
  snapshot(): LaneSnapshot[] {
    return [...this.#lanes.values()].map((lane) => lane.snapshot());
  }

  /**
   * What is spent and reserved of the budget since its last reset; with `perKey` of each key's that
   * has been used. Empty without the option `budget`.
   */
  spending(): readonly Spending[] {
    return this.#cashier.spending();
  }

  /** Resolves when nothing waits and nothing is in flight, in any lane. */
  async drain(): Promise<void> {
    await Promise.all([...this.#lanes.values()].map((lane) => lane.drain()));
  }

  /** Rejects what waits and all that comes after, and leaves no timer behind. */
  close(): void {
    this.#isClosed = true;
    this.#stopListening?.();
    for (const lane of this.#lanes.values()) lane.close();
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
   * Who calls, with the limits of its tier. Ask again where it took time to find: only then it is
   * surely the one that is remembered.
   * @internal
   */
  caller(ref: CallerRef): Caller | Promise<Caller> {
    const found = this.#callers.find(ref);
    return found instanceof Promise ? found.then(() => this.#callers.find(ref)) : found;
  }

  /** Whether callers may have a tier of that name. @internal */
  hasTier(tier: string): boolean {
    return this.#settings.tiers.has(tier);
  }

  /** The lane of one upstream limit; opened when first asked for. @internal */
  lane(key: LaneKey): Lane {
    const name = nameOf(key);
    const known = this.#lanes.get(name);
    if (known !== undefined) return known;
    const lane = this.#open(name, key);
    this.#lanes.set(name, lane);
    if (this.#isClosed) lane.close();
    return lane;
  }

  /**
   * Reserves what a call may cost, where there is a budget.
   * @throws HeadroomError where the budget has no room for it, or the model no price
   * @internal
   */
  charge(lane: LaneKey, payable: PayableCall): Charge | Promise<Charge> {
    const refuse = (error: unknown): never => {
      const { model } = lane;
      const { key } = payable.caller;
      if (error instanceof Error) this.emit('rejected', { lane: nameOf(lane), model, key, error });
      throw error;
    };
    try {
      const charge = this.#cashier.charge(payable);
      return charge instanceof Promise ? charge.catch(refuse) : charge;
    } catch (error) {
      return refuse(error);
    }
  }

  /** A call goes out with less output than it asked for. @internal */
  tellLowered(lane: LaneKey, lowered: Omit<LoweredOutputEvent, 'what' | keyof LaneRef>): void {
    const ref = { lane: nameOf(lane), model: lane.model };
    this.emit('degraded', { ...ref, what: 'max_tokens', ...lowered });
  }

  #storeChanged(isUp: boolean, cause: unknown): void {
    const policy = this.#settings.store?.onStoreLost ?? 'local';
    this.emit('degraded', { what: isUp ? 'store_back' : 'store_lost', policy, cause });
    for (const lane of this.#lanes.values()) lane.storeChanged();
  }

  #ownTier(tier: string | undefined): string | undefined {
    if (tier === undefined || this.hasTier(tier)) return tier;
    throw expected('tier', `one of \`tiers\` (${this.#settings.tiers.names.join(', ')})`, tier);
  }

  #ownLane(model = 'default'): Lane {
    return this.lane({ host: 'limiter', model, shape: () => UNKNOWN_SHAPE });
  }

  #open(
    name: string,
    { model, shape, preset, learns = false, correction = 'settled', measures, states }: LaneKey,
  ): Lane {
    const { clock, headroom, maxPauseMs, maxQueue } = this.#settings;
    const given = this.#settings.limits(model);
    const isGiven = given.limits.length > 0;
    const published = isGiven ? undefined : preset;
    const most = Math.min(given.concurrency, this.#settings.concurrency);
    const inFlight = published?.concurrency ?? Number.POSITIVE_INFINITY;
    const concurrency = new Concurrency(
      inFlight,
      published?.isGuess === false ? Math.min(most, inFlight) : most,
      clock.now(),
    );
    const limits = new LaneLimits(
      isGiven
        ? given.limits.map((limit): MeteredLimit => ({ ...limit, source: 'given' }))
        : publishedLimits(published),
      states,
    );
    const { enforcement, burstSeconds } = this.#settings;
    const isShapeGiven = enforcement !== undefined || burstSeconds !== undefined;
    const kept = { headroom, correction, isShapeGiven };
    const meterOf = (limit: MeteredLimit): Meter =>
      new Meter(limit, { ...kept, shape: this.#shape(shape(limit.dimension)) }, clock.now());
    const gate = new Gate(limits.inForce, meterOf);
    const common = { lane: name, model, clock, maxPauseMs, maxQueue, emitter: this };
    const { store } = this.#settings;
    return new Lane({
      store,
      ...common,
      gate,
      limits,
      concurrency,
      measures,
      isCold: learns && !isGiven,
    });
  }

  /** What was given, else what the provider's profile says. */
  #shape(profile: Shape): Shape {
    const { enforcement, burstSeconds } = this.#settings;
    if (enforcement === undefined) return { ...profile, ...(burstSeconds && { burstSeconds }) };
    return { enforcement, burstSeconds: burstSeconds ?? BURST_SECONDS[enforcement] };
  }
}

function nameOf({ host, family, model }: LaneKey): string {
  return `${host}/${family ?? model}`;
}

/** A rate limiter of its own, to be shared by clients (`{ limiter }`) or used alone. */
export function createRateLimiter(options: RateLimiterOptions = {}): RateLimiter {
  return new RateLimiter(options);
}

/** @throws TypeError for a cost with unknown dimensions, or amounts that are none */
function checkedCost(cost: Cost): Cost {
  expectObject('cost', cost, '{ requests, tokens, inputTokens, outputTokens }');
  expectKnown(cost, DIMENSIONS);
  for (const [dimension, value] of Object.entries(cost)) {
    expectNumber(`cost.${dimension}`, value, 'a number, 0 or more', (n) => n >= 0 && n < Infinity);
  }
  return { requests: 1, ...cost };
}

function publishedLimits(preset: Preset | undefined): MeteredLimit[] {
  const source = preset?.isGuess === false ? 'published' : 'guess';
  return (preset?.limits ?? []).map((limit) => ({ ...limit, source }));
}
