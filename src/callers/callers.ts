import type { Clock } from '../clock.ts';
import { HeadroomError } from '../errors.ts';
import { Caller } from './caller.ts';
import { NO_TERMS, type Terms } from './terms.ts';
import type { CallerRef, TierTable } from './tiers.ts';

/** What is known of one caller, and of its tier. */
interface Entry {
  readonly caller: Caller;
  tier: string | undefined;
  /** When its terms were last asked for; `undefined` where they never came. */
  askedAt: number | undefined;
  asking: Promise<void> | undefined;
}

/** How long what a tier's source says is good for. */
const TERMS_LAST_MS = 30_000;
/** As many are looked at, whenever one is asked for, as keep up with any number that come. */
const SWEPT = 2;

/**
 * The callers of one limiter. Those who have nothing in flight, and have got back all that they have
 * used, are forgotten: it makes no difference to them.
 */
export class Callers {
  #tiers: TierTable;
  readonly #clock: Clock;
  /** The one that was looked at longest ago is the first. */
  readonly #entries = new Map<string, Entry>();

  constructor(tiers: TierTable, clock: Clock) {
    this.#tiers = tiers;
    this.#clock = clock;
  }

  /** How many are remembered. */
  get size(): number {
    return this.#entries.size;
  }

  /** Goes on with other tiers, for those who are known as well. */
  adopt(tiers: TierTable): void {
    this.#tiers = tiers;
    for (const entry of this.#entries.values()) {
      entry.askedAt = undefined;
      entry.asking = undefined;
      this.#refreshSoon(entry);
    }
  }

  /**
   * The caller, with the limits of its tier; later, where these have to be asked for.
   * @throws HeadroomError (`tier_unknown`) where there is no such tier, or asking for it fails
   */
  find(ref: CallerRef): Caller | Promise<Caller> {
    this.#sweep();
    const entry = this.#entry(ref);
    const isFresh = entry.askedAt !== undefined && this.#now - entry.askedAt < TERMS_LAST_MS;
    if (isFresh && entry.tier === ref.tier) return entry.caller;
    const isKnown = entry.askedAt !== undefined && entry.tier === ref.tier;
    entry.tier = ref.tier;
    const pending = this.#refreshed(entry);
    if (pending === undefined) return entry.caller;
    // What is known serves until the answer comes; if none comes, longer.
    if (isKnown) pending.catch(() => {});
    return isKnown ? entry.caller : pending.then(() => entry.caller);
  }

  get #now(): number {
    return this.#clock.now();
  }

  /** Asks for the caller's terms; `undefined` where they are there at once. */
  #refreshed(entry: Entry): Promise<void> | undefined {
    if (entry.asking !== undefined) return entry.asking;
    const { tier, caller } = entry;
    const terms = this.#terms({ key: caller.key, tier });
    if (!(terms instanceof Promise)) {
      this.#adopted(entry, terms);
      return undefined;
    }
    const asking = terms
      .then((known) => {
        // What other tiers have answered meanwhile comes too late.
        if (entry.asking === asking) this.#adopted(entry, known);
      })
      .finally(() => {
        if (entry.asking === asking) entry.asking = undefined;
      });
    entry.asking = asking;
    return asking;
  }

  /** What is waiting learns of it now; where the tiers are asked for, as they answer. */
  #refreshSoon(entry: Entry): void {
    try {
      void this.#refreshed(entry)?.catch(() => {});
    } catch {
      // They are asked again for the next call, and that one's maker is told.
    }
  }

  #adopted(entry: Entry, terms: Terms): void {
    entry.askedAt = this.#now;
    entry.caller.adopt(terms, this.#now);
  }

  #terms(ref: CallerRef): Terms | Promise<Terms> {
    const terms = this.#tiers(ref);
    if (!(terms instanceof Promise)) return terms ?? NO_TERMS;
    return terms.then(
      (known) => known ?? NO_TERMS,
      (cause: unknown) => {
        const message = `The limits of tier '${ref.tier}' could not be had`;
        throw new HeadroomError('tier_unknown', message, { cause });
      },
    );
  }

  /** Its own, and now the one that was used last. */
  #entry({ key, tier }: CallerRef): Entry {
    const id = key === undefined ? `tier ${tier ?? ''}` : `key ${key}`;
    const known = this.#entries.get(id);
    const entry = known ?? {
      caller: new Caller(key, key === undefined && tier === undefined ? '' : id),
      tier,
      askedAt: undefined,
      asking: undefined,
    };
    if (known !== undefined) this.#entries.delete(id);
    this.#entries.set(id, entry);
    return entry;
  }

  #sweep(): void {
    for (let i = 0; i < SWEPT; i++) {
      const [oldest] = this.#entries;
      if (oldest === undefined) return;
      const [id, entry] = oldest;
      this.#entries.delete(id);
      const isIdle = entry.asking === undefined && entry.caller.isIdle(this.#now);
      if (!isIdle) this.#entries.set(id, entry);
    }
  }
}
