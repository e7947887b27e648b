import type { Spending } from '../budget/budget-ledger.ts';
import type { Allowance } from '../callers/caller.ts';
import { expectContext } from '../callers/run-as.ts';
import type { CallerRef } from '../callers/tiers.ts';
import type { Clock } from '../clock.ts';
import { GuardedEmitter } from '../guarded-emitter.ts';
import type { LaneSnapshot, LaneStatus } from '../lane/lane-snapshot.ts';
import type { PriceTable } from '../model/price.ts';
import type { ChangeableOptions, RateLimiterOptions } from '../options.ts';
import type { Plan } from '../plan/plan.ts';
import type { PlannedCalls } from '../plan/planned-call.ts';
import { expectKnown, expectNumber, expectObject, expectText } from '../validate.ts';
import { LimiterCore } from './limiter-core.ts';

/** What a limiter tells of its lanes, and what its operators do with all of them. */
export class LimiterControls extends GuardedEmitter {
  /** The parts that it is made of. @internal */
  declare readonly core: LimiterCore;

  constructor(options: RateLimiterOptions) {
    super();
    // Not shown where a limiter is logged, and no circle for `JSON.stringify`. Configurable: a Proxy
    // may hand out something else for it only then.
    const core = new LimiterCore(options, this);
    Object.defineProperty(this, 'core', { value: core, configurable: true });
  }

  /**
   * The present state of every lane.
   *
   * @example
   * for (const { model, queued, etaMs } of limiter.snapshot()) {
   *   const eta = etaMs === undefined ? 'an unknown time' : `${etaMs / 1000} s`;
   *   console.log(`${model}: ${queued} waiting, done in ${eta}`);
   * }
   */
  snapshot(): LaneSnapshot[] {
    return [...this.core.lanes].map((lane) => lane.view.snapshot());
  }

  /**
   * The state of every lane in all processes that share a `store`: limits, pauses and `inFlight` are
   * those of all processes; `queued` and `etaMs` count the first waiting calls of each other process.
   * Lanes that only other processes use come last: the 256 most recent ones, of the last day. `totals`
   * are those of this process. Without a store, or while it can't be reached, this is the state that
   * this process knows.
   */
  async status(): Promise<LaneStatus[]> {
    await this.core.opening;
    return this.core.lanes.status();
  }

  /**
   * Predicts how long calls will take if you make them all now, what they will wait for, and what they
   * will cost. Nothing is sent or reserved.
   *
   * The plan runs the calls through copies of the lanes: with the limits in force, what is used of
   * them, and the calls that wait already. With a `store`, it knows what all processes have used, and
   * the first waiting calls of each. It ignores calls that others make later, refusals, the limits of
   * tiers, and budgets. `calls` can be an async iterable of any length: most calls take 4 bytes of
   * memory.
   *
   * @example
   * const { durationMs, usd } = await limiter.plan([{ cost: { tokens: 2_000 } }]);
   *
   * @throws TypeError for calls that can't be planned
   * @throws HeadroomError (`closed`) after `close()`
   */
  async plan(calls: PlannedCalls): Promise<Plan> {
    const { core } = this;
    core.expectOpen();
    await core.opening;
    const { planned } = await core.loaded(() => import('./planned.ts'));
    return planned(core, calls);
  }

  /**
   * What is left of a caller's own limits, the scarcest first: for the `X-RateLimit-*` headers of your
   * own responses. Empty if the caller's tier has no limits. With a `store`, it counts the usage of all
   * processes; while the store can't be reached, what this process knows.
   *
   * @example
   * const [scarcest] = await limiter.allowance({ key: 'alice', tier: 'free' });
   * console.log(scarcest?.remaining, scarcest?.max); // 3 5
   *
   * @throws TypeError if there is no such tier; `tier_unknown` if its limits can't be loaded
   */
  async allowance(caller: CallerRef): Promise<readonly Allowance[]> {
    expectObject('caller', caller, '{ key, tier }');
    expectKnown(caller, ['key', 'tier']);
    expectContext(caller);
    const { core } = this;
    await core.opening;
    const limits = await core.as(caller, (each) => core.sharing.allowance(each));
    return limits.sort((one, other) => one.remaining / one.max - other.remaining / other.max);
  }

  /**
   * What is spent and reserved of the budget since its last reset. With `perKey`, there is one entry
   * for each key that has made calls. With a store, it includes what other processes had spent and
   * reserved when this process last made a call. Empty without the option `budget`.
   */
  spending(): readonly Spending[] {
    return this.core.cashier.spending();
  }

  /**
   * Changes the options that you pass, while calls are under way. If one of them is invalid, none is
   * changed. Usage is kept. Waiting calls are checked again: they go as soon as the new limits have
   * room, or are rejected with `CallTooLarge` if they exceed a whole limit. `{ limits: undefined }`
   * returns to the limits that are published, or that responses show.
   *
   * A budget keeps what is spent if its windows and `perKey` stay the same; otherwise it starts again.
   *
   * @example
   * limiter.configure({ limits: { rpm: 1_000, tpm: 400_000 } });
   *
   * @throws TypeError for options that can't be used, or can't be changed; then nothing has changed
   * @throws HeadroomError (`closed`) after `close()`
   */
  configure(options: ChangeableOptions): void {
    this.core.expectOpen();
    this.core.configure(options);
  }

  /**
   * Stops lanes for `forMs` milliseconds: those of `model` (a model, or a lane's name as in
   * `snapshot()`), or all lanes, including those that are first used during the pause. With a `store`,
   * in all processes. If the pause ends within `maxPauseMs`, calls wait for its end; else they are rejected
   * with `RateLimitExceeded`, whose `resetAt` is its end. Only time and `resume` end the pause.
   *
   * @example
   * limiter.pause({ model: 'gpt-4o', forMs: 300_000 });
   *
   * @throws TypeError for options that can't be used
   * @throws HeadroomError (`closed`) after `close()`
   */
  pause(options: { readonly model?: string | undefined; readonly forMs: number }): void {
    expectPauseOptions(options, ['model', 'forMs']);
    const { model, forMs } = options;
    const what = 'a number of milliseconds, more than 0';
    expectNumber('forMs', forMs, what, (ms) => ms > 0 && Number.isFinite(ms));
    this.core.expectOpen();
    this.#once(() => this.core.lanes.pause(model, forMs));
  }

  /**
   * Ends the pauses of the lanes of `model`, or of all lanes, even those that the provider asked for. One
   * call goes first, and its response lets the others go.
   *
   * @throws TypeError for options that can't be used
   * @throws HeadroomError (`closed`) after `close()`
   */
  resume(options: { readonly model?: string | undefined } = {}): void {
    expectPauseOptions(options, ['model']);
    this.core.expectOpen();
    this.#once(() => this.core.lanes.pause(options.model, undefined));
  }

  /** No lane is open before its store is. */
  #once(act: () => void): void {
    const { opening } = this.core;
    if (opening === undefined) act();
    else opening.then(act, () => {});
  }

  /**
   * Resolves when no call waits or is in flight, in any lane. A call is in flight until its response
   * is read to the end or canceled. So `drain` waits forever for a body that nobody reads, such as that
   * of `asResponse()`.
   */
  async drain(): Promise<void> {
    const drained = (): Promise<unknown> =>
      Promise.all([...this.core.lanes].map((lane) => lane.drain()));
    // A call that comes first waits for its code.
    await this.core.settled();
    await drained();
    // A call may have been estimated for another lane than the one that it went to.
    await drained();
  }

  /**
   * Rejects waiting calls and all later ones, and leaves no timer behind. Calls in flight continue, and
   * their responses can still be read.
   */
  close(): void {
    this.core.close();
  }

  /** Where time comes from. @internal */
  get clock(): Clock {
    return this.core.clock;
  }

  /** Prices that were given. @internal */
  get prices(): PriceTable {
    return this.core.prices;
  }
}

/** @throws TypeError for options of `pause` or `resume` that can't be used, or that are none of `known` */
function expectPauseOptions(
  options: { model?: string | undefined },
  known: readonly string[],
): void {
  expectObject('options', options, `{ ${known.join(', ')} }`);
  expectKnown(options, known);
  if (options.model !== undefined) expectText('model', options.model);
}
