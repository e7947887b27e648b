import { inWords } from '../duration.ts';
import type { HeadroomError } from '../errors.ts';
import { ProviderRefusal } from '../provider-refusal.ts';
import type { QueuedCall } from '../queue/queued-call.ts';
import { RateLimitExceeded } from '../rate-limit-exceeded.ts';
import type { Pause } from '../rules/pause.ts';
import { isGivenUp, isProbeDue, pauseOf, type Recovery } from '../rules/recovery.ts';
import { type Forecaster, pausedEvidence } from './forecast.ts';
import type { LaneKeeper } from './lane-keeper.ts';

/** What has to be known of a lane to say what its pauses mean for calls. */
export interface PausesOptions {
  readonly model: string;
  readonly keeper: LaneKeeper;
  readonly forecaster: Forecaster;
  /** The longest that calls are held because the provider has refused one. */
  readonly maxPauseMs: () => number;
  /** The last refusal of a call of this process. */
  readonly lastRefusal: () => ProviderRefusal | undefined;
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
    return isGivenUp(this.#recovery, this.#options.maxPauseMs());
  }

  /** Why a call may not wait that wants to go since `wantedSince`, in milliseconds. */
  error(wantedSince: number): RateLimitExceeded | undefined {
    const pause = pauseOf(this.#recovery);
    if (pause === undefined) return undefined;
    if (this.#isTooLong(pause)) return this.#tooLong(pause);
    return this.isSpent && wantedSince < this.#sinceOf(pause) ? this.#spent(pause) : undefined;
  }

  /**
   * Rejects those that may not wait any longer, and returns the error. Calls that come later wait for
   * the next try.
   */
  giveUp<Call extends Pick<QueuedCall, 'wantedSince'>>(
    waiting: Iterable<Call>,
    reject: (call: Call, error: HeadroomError) => void,
  ): HeadroomError | undefined {
    const pause = pauseOf(this.#recovery);
    if (pause === undefined) return undefined;
    const isTooLong = this.#isTooLong(pause);
    const { epoch } = this.#recovery;
    if (!isTooLong && (epoch === this.#epoch || !this.isSpent)) return undefined;
    this.#epoch = epoch;
    const error = isTooLong ? this.#tooLong(pause) : this.#spent(pause);
    for (const call of [...waiting]) {
      if (isTooLong || call.wantedSince < this.#sinceOf(pause)) reject(call, error);
    }
    return error;
  }

  get #recovery(): Recovery {
    return this.#options.keeper.state.recovery;
  }

  /** By this process's clock. */
  #sinceOf(pause: Pause): number {
    return pause.since - this.#options.forecaster.situation.aheadMs;
  }

  /** Longer than calls may be held; the one that is let through to see whether it goes on may come. */
  #isTooLong({ until }: Pause): boolean {
    const now = this.#options.keeper.now();
    return until - now > this.#options.maxPauseMs() && !isProbeDue(this.#recovery, now);
  }

  #tooLong(pause: Pause): RateLimitExceeded {
    const { keeper, model, maxPauseMs } = this.#options;
    const who = pause.cause === 'operator' ? 'An operator lets' : 'The provider takes';
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
    const { forecaster, lastRefusal } = this.#options;
    const { now, aheadMs, limits } = forecaster.situation;
    const others = (): ProviderRefusal =>
      new ProviderRefusal('The provider has refused a call of another process', undefined);
    return new RateLimitExceeded({
      ...{ message, reason: 'paused', waitMs: pause.until - now },
      ...{ ...pausedEvidence(limits, now), resetAt: pause.until - aheadMs },
      cause: pause.cause === 'operator' ? undefined : (lastRefusal() ?? others()),
    });
  }
}
