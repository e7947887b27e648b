import type { Clock } from '../clock.ts';
import { HeadroomError } from '../errors.ts';
import { Caller } from './caller.ts';
import { NO_TERMS, type Terms } from './terms.ts';
import type { CallerRef, TierTable } from './tiers.ts';

/** What is known of one caller, and of its tier. */
interface Entry {
  readonly caller: Caller;
  tier: string | undefined;
  /** Until when its terms are good; `undefined` where they never came. */
  freshUntil: number | undefined;
  asking: Question | undefined;
  /** Whatever is being done with it. */
  used: number;
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
/** As many are looked at, whenever one is asked for, as keep up with any number that come. */
const SWEPT = 2;
/** So many are remembered for no more than what their tier's source has said of them. */
const MOST_KEPT = 10_000;

/**
 * The callers of one limiter. Those who have nothing in flight, and have got back all that they have
 * used, are forgotten: it makes no difference to them.
 */
export class Callers {
  #tiers: TierTable;
  readonly #clock: Clock;
  #share = 1;
  /** The one that was looked at longest ago is the first. */
  readonly #entries = new Map<string, Entry>();

  constructor(tiers: TierTable, clock: Clock) {
    this.#tiers = tiers;
    this.#clock = clock;
  }

  /** Goes on with a part of each caller's limits: other processes may use the rest. */
  share(share: number): void {
    this.#share = share;
    for (const { caller } of this.#entries.values()) caller.share(share, this.#now);
  }

  /** How many are remembered. */
  get size(): number {
    return this.#entries.size;
  }

  /** Goes on with other tiers, for those who are known as well. */
  adopt(tiers: TierTable): void {
    this.#tiers = tiers;
    for (const entry of this.#entries.values()) {
      entry.freshUntil = undefined;
      // An answer that is under way is the old tiers'.
      entry.asking = undefined;
      this.#refreshSoon(entry);
    }
  }

  /**
   * The caller, with the limits of its tier; later, where these have to be asked for. Use it at
   * once: it is remembered as soon as something of its is in flight or waits.
   * @throws HeadroomError (`tier_unknown`) where asking for its tier fails
   */
  find(ref: CallerRef): Caller | Promise<Caller> {
    return this.use(ref, (caller) => caller);
  }

  /** Does something with the caller as soon as it is known, which isn't forgotten until it is done. */
  use<T>(ref: CallerRef, act: (caller: Caller) => T | Promise<T>): T | Promise<T> {
    const entry = this.#entry(ref);
    this.#sweep();
    if (entry.tier !== ref.tier) entry.freshUntil = undefined;
    entry.tier = ref.tier;
    const isKnown = entry.freshUntil !== undefined;
    const isFresh = this.#now < (entry.freshUntil ?? Number.NEGATIVE_INFINITY);
    const pending = isFresh ? undefined : this.#refreshed(entry);
    if (pending === undefined) return remembered(entry, act(entry.caller));
    // What is known serves until the answer comes; if none comes, longer.
    if (isKnown) pending.catch(() => this.#askLater(entry));
    return remembered(entry, isKnown ? act(entry.caller) : this.#awaited(entry, pending, act));
  }

  async #awaited<T>(
    entry: Entry,
    pending: Promise<void>,
    act: (caller: Caller) => T | Promise<T>,
  ): Promise<T> {
    await pending;
    // Meanwhile the caller may have been given another tier.
    while (entry.freshUntil === undefined && entry.asking) await entry.asking.answered;
    return act(entry.caller);
  }

  /** What is waiting learns of it now; where the tiers are asked for, as they answer. */
  #refreshSoon(entry: Entry): void {
    try {
      this.#refreshed(entry)?.catch(() => {});
    } catch {
      // They are asked again for the next call, and that one's maker is told.
    }
  }

  get #now(): number {
    return this.#clock.now();
  }

  /** Asks for the caller's terms; `undefined` where they are there at once. */
  #refreshed(entry: Entry): Promise<void> | undefined {
    const { tier, caller, asking } = entry;
    if (asking !== undefined && asking.tier === tier) return asking.answered;
    const terms = this.#terms({ key: caller.key, tier });
    if (!(terms instanceof Promise)) {
      this.#adopted(entry, terms);
      return undefined;
    }
    const question: Question = {
      tier,
      answered: terms.then((known) => this.#answered(entry, question, known)),
    };
    const over = (): void => {
      if (entry.asking === question) entry.asking = undefined;
    };
    entry.asking = question;
    question.answered.then(over, over);
    return question.answered;
  }

  /** An answer for another tier than the caller has by now is of no use. */
  #answered(entry: Entry, question: Question, terms: Terms): void {
    if (entry.asking === question) this.#adopted(entry, terms);
  }

  #adopted(entry: Entry, terms: Terms): void {
    entry.freshUntil = this.#now + TERMS_LAST_MS;
    entry.asking = undefined;
    entry.caller.adopt(terms, this.#now);
  }

  #askLater(entry: Entry): void {
    if (entry.freshUntil !== undefined && entry.asking === undefined) {
      entry.freshUntil = Math.max(entry.freshUntil, this.#now + ASKED_AGAIN_MS);
    }
  }

  /** Whatever goes wrong with asking: the source's own errors are for the cause. */
  #terms(ref: CallerRef): Terms | Promise<Terms> {
    const failed = (cause: unknown): Terms => {
      const whose = ref.tier === undefined ? 'a caller without a tier' : `tier '${ref.tier}'`;
      throw new HeadroomError('tier_unknown', `The limits of ${whose} could not be had`, { cause });
    };
    try {
      const terms = this.#tiers(ref);
      if (!(terms instanceof Promise)) return terms ?? NO_TERMS;
      return terms.then((known) => known ?? NO_TERMS, failed);
    } catch (cause) {
      return Promise.reject(cause).catch(failed);
    }
  }

  /** Its own, and now the one that was used last. */
  #entry({ key, tier }: CallerRef): Entry {
    const id = key === undefined ? `tier ${tier ?? ''}` : `key ${key}`;
    const known = this.#entries.get(id);
    const entry = known ?? {
      caller: new Caller(key, key === undefined && tier === undefined ? '' : id),
      tier,
      freshUntil: undefined,
      asking: undefined,
      used: 0,
    };
    if (known === undefined) entry.caller.share(this.#share, this.#now);
    else this.#entries.delete(id);
    this.#entries.set(id, entry);
    return entry;
  }

  /** Looks at the ones that were looked at longest ago, but not at the one that is just used. */
  #sweep(): void {
    for (let i = 0; i < SWEPT && this.#entries.size > i + 1; i++) {
      const [oldest] = this.#entries;
      if (oldest === undefined) return;
      const [id, entry] = oldest;
      this.#entries.delete(id);
      if (!this.#isForgettable(entry)) this.#entries.set(id, entry);
    }
  }

  #isForgettable({ caller, freshUntil, used }: Entry): boolean {
    if (used > 0 || !caller.isIdle(this.#now)) return false;
    const isFresh = freshUntil !== undefined && this.#now < freshUntil;
    return !isFresh || this.#entries.size >= MOST_KEPT;
  }
}

/** Nobody is forgotten while something is done as that caller. */
function remembered<T>(entry: Entry, result: T | Promise<T>): T | Promise<T> {
  if (!(result instanceof Promise)) return result;
  const over = (): void => void entry.used--;
  entry.used++;
  result.then(over, over);
  return result;
}
