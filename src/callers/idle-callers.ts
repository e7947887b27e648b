import { resetMs } from '../rules/limits/meter-room.ts';
import { ownLimits } from '../rules/own-limits-codec.ts';
import { Caller } from './caller.ts';
import { Round } from './round.ts';
import type { Terms } from './terms.ts';

/** What is known of a caller's tier. */
export interface TierNews {
  readonly tier: string | undefined;
  /** Until when its terms are good; `undefined` where they never came. */
  readonly freshUntil: number | undefined;
}

interface Idle extends TierNews {
  readonly key: string | undefined;
  readonly terms: Terms;
  /** Of the tiers, the edition that the terms come from. */
  readonly edition: number;
  /** Its limits as they were, packed at that time. */
  readonly packed: string;
  readonly at: number;
  /** When all that was used has come back: by its limits, and by those of any tier. */
  readonly fullAt: number;
  readonly fullInAnyTierAt: number;
}

/** Callers that have nothing to do, packed into a text until all that they used has come back. */
export class IdleCallers {
  readonly #idle = new Map<string, Idle>();
  readonly #round = new Round(this.#idle);
  /** Of tiers: what is known of earlier ones is old. */
  #edition = 0;

  get size(): number {
    return this.#idle.size;
  }

  /** There are other tiers now. */
  outdate(): void {
    this.#edition++;
  }

  /** Keeps the caller, where it has nothing to do. */
  keep(id: string, caller: Caller, { tier, freshUntil }: TierNews, now: number): boolean {
    const { own, key, terms } = caller;
    if (own.inFlight > 0 || caller.isWaiting || own.limits.share !== 1) return false;
    if (own.past.length > 0) return false;
    const { limits } = own;
    const waits = limits.meters.map((meter) => resetMs(meter, limits, now));
    const longest = Math.max(0, ...terms.limits.map(({ windowMs }) => windowMs));
    const fullAt = now + Math.max(0, ...waits);
    this.#idle.set(id, {
      ...{ key, tier, terms, freshUntil, edition: this.#edition, at: now, fullAt },
      fullInAnyTierAt: Math.max(fullAt, now + longest),
      packed: JSON.stringify(ownLimits.pack(own, now)),
    });
    return true;
  }

  /** The caller as it was, which isn't idle any more. */
  wake(id: string): (TierNews & { readonly caller: Caller }) | undefined {
    const idle = this.#idle.get(id);
    if (idle === undefined) return undefined;
    this.#idle.delete(id);
    const { key, tier, terms, packed, at, freshUntil, edition } = idle;
    const caller = new Caller(key, id);
    caller.restore(terms, ownLimits.unpack(JSON.parse(packed), at));
    return { caller, tier, freshUntil: edition === this.#edition ? freshUntil : undefined };
  }

  /** Looks at the next one. `mayForget`: also what is known of its tier. */
  sweep(now: number, mayForget: boolean): void {
    const next = this.#round.next();
    if (next !== undefined) this.#look(...next, now, mayForget);
  }

  /** Looks at all of them. */
  sweepAll(now: number, mayForget: boolean): void {
    for (const [id, idle] of this.#idle) this.#look(id, idle, now, mayForget);
  }

  #look(id: string, idle: Idle, now: number, mayForget: boolean): void {
    const { freshUntil, edition, fullAt, fullInAnyTierAt } = idle;
    const isOld = edition !== this.#edition;
    const isFull = now >= (isOld ? fullInAnyTierAt : fullAt);
    const isFresh = !isOld && freshUntil !== undefined && now < freshUntil;
    if (isFull && (!isFresh || mayForget)) this.#idle.delete(id);
  }
}
