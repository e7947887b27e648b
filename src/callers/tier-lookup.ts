import type { Clock } from '../clock.ts';
import { HeadroomError } from '../errors.ts';
import type { Caller } from './caller.ts';
import { NO_TERMS, type Terms } from './terms.ts';
import type { CallerRef, TierTable } from './tiers.ts';

/** A caller, and what is known of the terms of its tier. */
export interface TieredCaller {
  readonly caller: Caller;
  tier: string | undefined;
  /** Until when its terms are good; `undefined` where they never came. */
  freshUntil: number | undefined;
  asking: Question | undefined;
}

/** A question for the terms of a tier that is under way. */
interface Question {
  readonly tier: string | undefined;
  readonly answered: Promise<void>;
}

/** How long what a tier's source says is good for. */
const TERMS_LAST_MS = 30_000;
/** How soon a source that has failed is asked again, for a caller whose terms are known. */
const ASKED_AGAIN_MS = 1000;

/** Finds the terms of callers' tiers. Where their source takes a while, what is known serves until then. */
export class TierLookup {
  #tiers: TierTable;
  readonly #clock: Clock;

  constructor(tiers: TierTable, clock: Clock) {
    this.#tiers = tiers;
    this.#clock = clock;
  }

  /** Goes on with other tiers, for these callers as well. */
  adopt(tiers: TierTable, callers: Iterable<TieredCaller>): void {
    this.#tiers = tiers;
    for (const user of callers) {
      user.freshUntil = undefined;
      // An answer that is under way is the old tiers'.
      user.asking = undefined;
      this.#refreshSoon(user);
    }
  }

  /**
   * Does something with a caller that has this tier, as soon as its terms are known.
   * @throws HeadroomError (`tier_unknown`) where asking for it fails
   */
  use<T>(
    user: TieredCaller,
    tier: string | undefined,
    act: (caller: Caller) => T | Promise<T>,
  ): T | Promise<T> {
    if (user.tier !== tier) user.freshUntil = undefined;
    user.tier = tier;
    const isKnown = user.freshUntil !== undefined;
    const isFresh = this.#now < (user.freshUntil ?? Number.NEGATIVE_INFINITY);
    const pending = isFresh ? undefined : this.#refreshed(user);
    if (pending === undefined) return act(user.caller);
    // What is known serves until the answer comes; if none comes, longer.
    if (isKnown) pending.catch(() => this.#askLater(user));
    return isKnown ? act(user.caller) : this.#awaited(user, pending, act);
  }

  async #awaited<T>(
    user: TieredCaller,
    pending: Promise<void>,
    act: (caller: Caller) => T | Promise<T>,
  ): Promise<T> {
    await pending;
    // Meanwhile the caller may have been given another tier.
    while (user.freshUntil === undefined && user.asking) await user.asking.answered;
    return act(user.caller);
  }

  /** What is waiting learns of it now; where the tiers are asked for, as they answer. */
  #refreshSoon(user: TieredCaller): void {
    try {
      this.#refreshed(user)?.catch(() => {});
    } catch {
      // They are asked again for the next call, and that one's maker is told.
    }
  }

  /** Asks for the caller's terms; `undefined` where they are there at once. */
  #refreshed(user: TieredCaller): Promise<void> | undefined {
    const { tier, caller, asking } = user;
    if (asking !== undefined && asking.tier === tier) return asking.answered;
    const terms = this.#terms({ key: caller.key, tier });
    if (!(terms instanceof Promise)) {
      this.#adopted(user, terms);
      return undefined;
    }
    const question: Question = {
      tier,
      answered: terms.then((known) => this.#answered(user, question, known)),
    };
    const over = (): void => {
      if (user.asking === question) user.asking = undefined;
    };
    user.asking = question;
    question.answered.then(over, over);
    return question.answered;
  }

  /** An answer for another tier than the caller has by now is of no use. */
  #answered(user: TieredCaller, question: Question, terms: Terms): void {
    if (user.asking === question) this.#adopted(user, terms);
  }

  #adopted(user: TieredCaller, terms: Terms): void {
    user.freshUntil = this.#now + TERMS_LAST_MS;
    user.asking = undefined;
    user.caller.adopt(terms, this.#now);
  }

  #askLater(user: TieredCaller): void {
    if (user.freshUntil !== undefined && user.asking === undefined) {
      user.freshUntil = Math.max(user.freshUntil, this.#now + ASKED_AGAIN_MS);
    }
  }

  /** Whatever goes wrong with asking: the source's own errors are for the cause. */
  #terms(ref: CallerRef): Terms | Promise<Terms> {
    const failed = (cause: unknown): Terms => {
      const whose = ref.tier === undefined ? 'a caller without a tier' : `tier '${ref.tier}'`;
      throw new HeadroomError('tier_unknown', `The limits of ${whose} could not be loaded`, {
        cause,
      });
    };
    try {
      const terms = this.#tiers(ref);
      if (!(terms instanceof Promise)) return terms ?? NO_TERMS;
      return terms.then((known) => known ?? NO_TERMS, failed);
    } catch (cause) {
      return Promise.reject(cause).catch(failed);
    }
  }

  get #now(): number {
    return this.#clock.now();
  }
}
