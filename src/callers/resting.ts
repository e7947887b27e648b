import { Caller } from './caller.ts';
import { Round } from './round.ts';
import type { Terms } from './terms.ts';

/** What is known of a caller's tier. */
export interface TierNews {
  readonly tier: string | undefined;
  /** Until when its terms are good; `undefined` where they never came. */
  readonly freshUntil: number | undefined;
}

interface Rest {
  readonly key: string | undefined;
  readonly tier: string | undefined;
  readonly terms: Terms;
  /**
   * Until when the terms are good, of which edition of the tiers they are, when all that was used has
   * come back, by any limits and by these; and what the caller remembers. Together, for that takes
   * least memory.
   */
  readonly numbers: readonly number[];
}

const NEVER = Number.NEGATIVE_INFINITY;

/**
 * Callers that have nothing to do, in a tenth of the memory that they take awake, until nothing of
 * theirs is to be remembered any more.
 */
export class Resting {
  readonly #rests = new Map<string, Rest>();
  readonly #round = new Round(this.#rests);
  /** Of tiers: what is known of others is old. */
  #edition = 0;

  get size(): number {
    return this.#rests.size;
  }

  /** There are other tiers now. */
  outdate(): void {
    this.#edition++;
  }

  /** Keeps the caller, where that is possible. */
  keep(id: string, caller: Caller, { tier, freshUntil }: TierNews, now: number): boolean {
    const used = caller.rest(now);
    if (used === undefined) return false;
    const { key, terms } = caller;
    const [fullAt = now] = used;
    const longest = Math.max(0, ...terms.limits.map(({ windowMs }) => windowMs));
    const fullInAnyTier = Math.max(fullAt, now + longest);
    const numbers = [freshUntil ?? NEVER, this.#edition, fullInAnyTier, ...used];
    // A copy has no room to grow.
    this.#rests.set(id, { key, tier, terms, numbers: numbers.slice() });
    return true;
  }

  /** The caller as it was, which isn't resting any more. */
  wake(id: string, now: number): (TierNews & { readonly caller: Caller }) | undefined {
    const rest = this.#rests.get(id);
    if (rest === undefined) return undefined;
    this.#rests.delete(id);
    const { key, tier, terms, numbers } = rest;
    const [freshUntil = NEVER, edition, , ...used] = numbers;
    const caller = new Caller(key, id);
    caller.wake(terms, used, now);
    const isKnown = freshUntil !== NEVER && edition === this.#edition;
    return { caller, tier, freshUntil: isKnown ? freshUntil : undefined };
  }

  /** Looks at the next one. `mayForget`: also what is known of its tier. */
  sweep(now: number, mayForget: boolean): void {
    const next = this.#round.next();
    if (next === undefined) return;
    const [id, { numbers }] = next;
    const [freshUntil = NEVER, edition, fullInAnyTier = now, fullAt = now] = numbers;
    const isOld = edition !== this.#edition;
    const isFull = now >= (isOld ? fullInAnyTier : fullAt);
    const isFresh = !isOld && now < freshUntil;
    if (isFull && (!isFresh || mayForget)) this.#rests.delete(id);
  }
}
