import type { Clock } from '../clock.ts';
import { Sweeper } from '../sweeper.ts';
import { Caller } from './caller.ts';
import type { IdleCallers } from './idle-callers.ts';
import { Round } from './round.ts';
import { type TieredCaller, TierLookup } from './tier-lookup.ts';
import type { CallerRef, TierTable } from './tiers.ts';

/** What is known of one caller. */
interface KnownCaller extends TieredCaller {
  /** Whatever is being done with it. */
  used: number;
}

/** As many are looked at, whenever one is asked for, as keep up with any number that come. */
const SWEPT = 2;
/** So many are remembered for no more than what their tier's source has said of them. */
const MOST_KEPT = 10_000;
/** Of more, those that have nothing to do are kept as numbers. */
const MOST_AWAKE = 4000;
/** Fewer are worth no look of their own. */
const FEW = 256;

let Packed: typeof IdleCallers | undefined;

/** Loads the code for packed callers: few programs have so many that it is needed. */
export async function loadIdleCallers(): Promise<void> {
  Packed = (await import('./idle-callers.ts')).IdleCallers;
}

/**
 * The callers of one limiter. Those who have nothing in flight, and have got back all that they have
 * used, are forgotten: it makes no difference to them. Where there are many, those who have nothing
 * in flight rest until they come again.
 */
export class Callers {
  readonly #lookup: TierLookup;
  readonly #clock: Clock;
  readonly #mostAwake: number;
  #share = 1;
  /** The one that was used last is the last. */
  readonly #entries = new Map<string, KnownCaller>();
  readonly #round = new Round(this.#entries);
  /** Those that are packed, once there was one. */
  #idle: IdleCallers | undefined;
  readonly #sweeper: Sweeper;

  constructor(tiers: TierTable, clock: Clock, mostAwake: number = MOST_AWAKE) {
    this.#lookup = new TierLookup(tiers, clock);
    this.#clock = clock;
    this.#mostAwake = mostAwake;
    this.#sweeper = new Sweeper(clock, () => this.#sweepAll());
  }

  /** Leaves no timer behind. */
  close(): void {
    this.#sweeper.stop();
  }

  /** Goes on with a part of each caller's limits: other processes may use the rest. */
  share(share: number): void {
    this.#share = share;
    for (const { caller } of this.#entries.values()) caller.share(share, this.#now);
  }

  /** How many are remembered. */
  get size(): number {
    return this.#entries.size + (this.#idle?.size ?? 0);
  }

  /** Goes on with other tiers, for those who are known as well. */
  adopt(tiers: TierTable): void {
    this.#idle?.outdate();
    this.#lookup.adopt(tiers, this.#entries.values());
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
    this.#sweep(entry);
    return remembered(entry, this.#lookup.use(entry, ref.tier, act));
  }

  get #now(): number {
    return this.#clock.now();
  }

  /** Its own, and now the one that was used last. */
  #entry({ key, tier }: CallerRef): KnownCaller {
    const id = idOf({ key, tier });
    const known = this.#entries.get(id);
    const entry = known ?? this.#opened(id, { key, tier });
    if (known === undefined) entry.caller.share(this.#share, this.#now);
    else this.#entries.delete(id);
    this.#entries.set(id, entry);
    return entry;
  }

  /** One that isn't awake. */
  #opened(id: string, { key, tier }: CallerRef): KnownCaller {
    if (this.size >= FEW) this.#sweeper.ask();
    const idle = this.#idle?.wake(id);
    if (idle !== undefined) return { ...idle, asking: undefined, used: 0 };
    const caller = new Caller(key, id);
    return { caller, tier, freshUntil: undefined, asking: undefined, used: 0 };
  }

  /** Looks at a few more, but not at the one that is just used. */
  #sweep(used: KnownCaller): void {
    const now = this.#now;
    for (let i = 0; i < SWEPT; i++) {
      const [id = '', entry = used] = this.#round.next() ?? [];
      if (entry !== used && (this.#isForgettable(entry) || this.#keepsIdle(id, entry))) {
        this.#entries.delete(id);
      }
      this.#idle?.sweep(now, this.size >= MOST_KEPT);
    }
  }

  /** Forgets all that make no difference any more, also when nobody calls. */
  #sweepAll(): boolean | undefined {
    const before = this.size;
    for (const [id, entry] of this.#entries) {
      if (this.#isForgettable(entry)) this.#entries.delete(id);
    }
    this.#idle?.sweepAll(this.#now, before >= MOST_KEPT);
    return this.size < FEW ? undefined : this.size < before;
  }

  /** Whether the caller is packed from now on; none is before the code for that is loaded. */
  #keepsIdle(id: string, { caller, used, asking, ...news }: KnownCaller): boolean {
    if (this.#entries.size <= this.#mostAwake || used > 0 || asking !== undefined) return false;
    if (Packed === undefined) {
      loadIdleCallers().catch(() => {});
      return false;
    }
    this.#idle ??= new Packed();
    return this.#idle.keep(id, caller, news, this.#now);
  }

  #isForgettable({ caller, freshUntil, used }: KnownCaller): boolean {
    if (used > 0 || !caller.isIdle(this.#now)) return false;
    const isFresh = freshUntil !== undefined && this.#now < freshUntil;
    return !isFresh || this.size >= MOST_KEPT;
  }
}

/** Calls without a key are counted together, by tier. */
function idOf({ key, tier }: CallerRef): string {
  if (key !== undefined) return `key ${key}`;
  return tier === undefined ? '' : `tier ${tier}`;
}

/** Nobody is forgotten while something is done as that caller. */
function remembered<T>(entry: KnownCaller, result: T | Promise<T>): T | Promise<T> {
  if (!(result instanceof Promise)) return result;
  const over = (): void => void entry.used--;
  entry.used++;
  result.then(over, over);
  return result;
}
