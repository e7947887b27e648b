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
   * Every lane as it is now.
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
   * Every lane as all processes know it: with a `store` that is asked, so that limits, pauses and
   * `inFlight` are those of all of them, and `queued` and `etaMs` count the first calls that each other
   * one has asked for. Lanes that only others use come last: the 256 that were used last, within
   * a day. While the store is lost, what this process knows. `totals` are this process's.
   */
  async status(): Promise<LaneStatus[]> {
    await this.core.opening;
    return this.core.lanes.status();
  }

  /**
   * How long calls will take if they are made now, all at once, what they will wait for, and what
   * they will cost. Nothing is sent or reserved.
   *
   * The time is found by letting them through copies of the lanes, with the limits in force and what
   * is used and waits now: with a `store`, what all processes have used, what waits here, and the
   * first calls that wait in each other process. Each call counts with what would be reserved for it.
   * Not considered are calls that others make later, refusals, the limits of tiers, and budgets.
   * `calls` may be an async iterable of any length: 40 bytes are kept of each.
   *
   * @example
   * const { durationMs, usd } = await limiter.plan([{ cost: { tokens: 2_000 } }]);
   *
   * @throws TypeError for calls that are none, or that no provider counts
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
    const { core } = this;
    await core.opening;
    const limits = await core.as(caller, (each) => core.sharing.allowance(each));
    return limits.sort((one, other) => one.remaining / one.max - other.remaining / other.max);
  }

  /**
   * What is spent and reserved of the budget since its last reset; with `perKey` of each key's that
   * has been used. Empty without the option `budget`.
   */
  spending(): readonly Spending[] {
    return this.core.cashier.spending();
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
    this.core.expectOpen();
    this.core.configure(options);
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
    expectPauseOptions(options, ['model', 'forMs']);
    const { model, forMs } = options;
    const what = 'a number of milliseconds, more than 0';
    expectNumber('forMs', forMs, what, (ms) => ms > 0 && Number.isFinite(ms));
    this.core.expectOpen();
    this.#once(() => this.core.lanes.pause(model, forMs));
  }

  /**
   * Ends pauses, the provider's too: in the lanes of that `model`, or in all. One call goes first, and
   * its answer lets the others go.
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
   * Resolves when nothing is estimated, waits or is in flight, in any lane. A call is in flight until
   * its response has been read to the end, or given up: one whose body nobody reads, as of a promise
   * that is never awaited, or of `asResponse()`, holds it up for ever.
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
   * Rejects what waits and all that comes after, and leaves no timer behind. What is in flight goes
   * on, and its responses can still be read.
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
