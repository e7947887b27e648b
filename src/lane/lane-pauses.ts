import type { Clock } from '../clock.ts';
import { inWords } from '../duration.ts';
import type { HeadroomError } from '../errors.ts';
import type { PauseCause } from '../model/refusal.ts';
import { ProviderRefusal } from '../provider-refusal.ts';
import type { QueuedCall } from '../queue/queued-call.ts';
import { RateLimitExceeded } from '../rate-limit-exceeded.ts';
import { type Pause, restAfter } from '../rules/pause.ts';
import {
  heldUntil,
  isGivenUp,
  isPauseProbeDue,
  pauseOf,
  type Recovery,
} from '../rules/recovery-state.ts';
import type { Forecaster } from './forecast.ts';
import type { LaneKeeper } from './lane-keeper.ts';
import { pausedEvidence } from './rejected-waits.ts';

/** So much of `maxPauseMs` calls wait for the probe of a pause that is not sure. */
const UNSURE_SHARE = 0.1;

/** What has to be known of a lane to say what its pauses mean for calls. */
export interface PausesOptions {
  readonly model: string;
  readonly keeper: LaneKeeper;
  readonly clock: Clock;
  readonly forecaster: Forecaster;
  /** The last refusal of a call of this process. */
  readonly feedback: { readonly lastRefusal: ProviderRefusal | undefined };
  /** The longest that calls are held because the provider has refused one. */
  readonly maxPauseMs: () => number;
}

/** Says which calls may not wait for the end of a pause, and builds their errors. */
export class LanePauses {
  readonly #options: PausesOptions;
  /** The epoch whose calls were given up. */
  #epoch: number | undefined;

  constructor(options: PausesOptions) {
    this.#options = options;
  }

  /** Whether nothing but refusals has come for as long as calls may be held. */
  get isSpent(): boolean {
    return this.#isSpentFor(false);
  }

  /** When the pause is over, by this process's clock; `undefined` where there is none. */
  get until(): number | undefined {
    const pause = pauseOf(this.#recovery);
    const now = this.#options.keeper.now();
    if (pause === undefined || pause.until <= now) return undefined;
    return pause.until - (now - this.#options.clock.now());
  }

  /**
   * When a call may ask again that was just refused, after `earlier` others of its own: now, if it
   * waits for the pause to end. Where that was in vain, or there is no pause, it rests.
   */
  retryAt(cause: PauseCause, retryAfterMs: number | undefined, earlier: number): number {
    const { keeper, clock } = this.#options;
    const isPaused = this.until !== undefined || !keeper.isLocal;
    const rests = earlier > 0 || !isPaused;
    return clock.now() + (rests ? restAfter({ cause, retryAfterMs }, earlier) : 0);
  }

  /** Why a call may not wait that wants to go since `wantedSince`, in milliseconds. */
  error(wantedSince: number, wasRefused: boolean): RateLimitExceeded | undefined {
    const pause = pauseOf(this.#recovery);
    if (pause === undefined) return undefined;
    if (this.#isTooLong(pause, wasRefused)) return this.#tooLong(pause);
    const isOver = this.#isSpentFor(wasRefused) && wantedSince < this.#sinceOf(pause);
    return isOver ? this.#spent(pause) : undefined;
  }

  /**
   * Rejects those that may not wait any longer, and returns the error. Calls that come later wait for
   * the next probe.
   */
  giveUp<Call extends Pick<QueuedCall, 'wantedSince' | 'refusedAt'>>(
    waiting: Iterable<Call>,
    reject: (call: Call, error: HeadroomError) => void,
  ): HeadroomError | undefined {
    const pause = pauseOf(this.#recovery);
    if (pause === undefined) return undefined;
    const { epoch } = this.#recovery;
    if (epoch === this.#epoch && !this.#isTooLong(pause, false)) return undefined;
    const forRefused = this.#endOf(pause, true);
    const forOthers = this.#endOf(pause, false);
    const { error } = forRefused ?? forOthers ?? {};
    if (error === undefined) return undefined;
    this.#epoch = epoch;
    for (const call of [...waiting]) {
      const end = call.refusedAt === undefined ? forOthers : forRefused;
      if (end !== undefined && call.wantedSince < end.before) reject(call, end.error);
    }
    return error;
  }

  /** What ends the waiting of calls that want to go since `before`. */
  #endOf(pause: Pause, wasRefused: boolean): { error: HeadroomError; before: number } | undefined {
    if (this.#isTooLong(pause, wasRefused)) {
      return { error: this.#tooLong(pause), before: Number.POSITIVE_INFINITY };
    }
    if (!this.#isSpentFor(wasRefused)) return undefined;
    return { error: this.#spent(pause), before: this.#sinceOf(pause) };
  }

  #isSpentFor(wasRefused: boolean): boolean {
    return isGivenUp(this.#recovery, this.#options.maxPauseMs(), wasRefused);
  }

  get #recovery(): Recovery {
    return this.#options.keeper.state.recovery;
  }

  /** By this process's clock. */
  #sinceOf(pause: Pause): number {
    return pause.since - this.#options.forecaster.situation.aheadMs;
  }

  /**
   * Whether the pause is longer than calls may be held. A sure one is not while a probe is due: that
   * call goes, to see whether the pause goes on. A pause that is not sure is waited for until its probe,
   * where that comes within a tenth of what calls may be held; but not by calls that were refused
   * themselves.
   */
  #isTooLong(pause: Pause, wasRefused: boolean): boolean {
    const now = this.#options.keeper.now();
    const mostMs = this.#options.maxPauseMs();
    if (pause.until - now <= mostMs) return false;
    if (pause.isSure) return !isPauseProbeDue(this.#recovery, now);
    if (wasRefused) return true;
    const triedMs = heldUntil(this.#recovery, pause) - now;
    return triedMs > UNSURE_SHARE * mostMs;
  }

  #tooLong(pause: Pause): RateLimitExceeded {
    const { keeper, model, maxPauseMs } = this.#options;
    const who = pause.cause === 'operator' ? 'An operator allows' : 'The provider accepts';
    const forMs = pause.until - keeper.now();
    const message = `${who} no calls to ${model} for ${inWords(forMs)}, longer than calls may wait (${inWords(maxPauseMs())})`;
    return this.#exceeded(pause, message);
  }

  #spent(pause: Pause): RateLimitExceeded {
    const { refusedSince = pause.since } = this.#recovery;
    const { model, keeper } = this.#options;
    const forMs = keeper.now() - refusedSince;
    const message = `The provider has refused all calls to ${model} for ${inWords(forMs)}: this one waits no longer`;
    return this.#exceeded(pause, message);
  }

  #exceeded(pause: Pause, message: string): RateLimitExceeded {
    const { forecaster, feedback } = this.#options;
    const { now, aheadMs, limits } = forecaster.situation;
    const others = (): ProviderRefusal =>
      new ProviderRefusal('The provider has refused a call of another process', undefined);
    return new RateLimitExceeded({
      ...{ message, reason: 'paused', waitMs: pause.until - now },
      ...{ ...pausedEvidence(limits, now), resetAt: pause.until - aheadMs },
      cause: pause.cause === 'operator' ? undefined : (feedback.lastRefusal ?? others()),
    });
  }
}
