import { type Dimension, MINUTE_MS, SECOND_MS, type Subject } from '../model/limits.ts';
import type { Sighting } from '../model/observed-limit.ts';

/** A rest of the limit that is back so soon may be that of a second, whatever the limit's window. */
const SOON_MS = 2 * SECOND_MS;
/** A server that counts by the second never shows more of a minute's limit left than this. */
const MOST_LEFT = (1.5 * SOON_MS) / MINUTE_MS;
/** Where so much of what is used up is ours, it may well be. */
const EXPLAINED = 0.5;
/** What was said to be short-sighted is so until it says something else. */
const CONFIRMED_AFTER_MS = 3 * SECOND_MS;
/** After so many refusals within a minute in spite of that, what is shown counts for so long. */
const MOST_REFUSALS = 3;
const DISPROVED_MS = 10 * MINUTE_MS;

/**
 * Tells headers that show the limit of a minute and what is left of a second: next to nothing, and
 * all of it back at once, though hardly any was used. Taken for the minute's, they would stop a lane.
 * Time is a parameter.
 */
export class ShortSight {
  readonly #ourShare: (limit: Subject & { readonly max: number }, now: number) => number;
  /** Since when nothing else has been shown. */
  readonly #since = new Map<Dimension, number>();
  #refusals: readonly number[] = [];
  #disprovedUntil = Number.NEGATIVE_INFINITY;

  /** `ourShare`: the part of a limit that was let through here in the minute before. */
  constructor(ourShare: (limit: Subject & { readonly max: number }, now: number) => number) {
    this.#ourShare = ourShare;
  }

  /** What is shown, without the rest that is a second's. */
  corrected(sighting: Sighting, now: number): Sighting {
    return this.#isShort(sighting, now) ? { ...sighting, remaining: undefined } : sighting;
  }

  /** Calls were refused: a burst was too large, or what is shown is true. */
  refused(now: number): void {
    if (this.#since.size === 0) return;
    this.#refusals = [...this.#refusals.filter((at) => now - at < MINUTE_MS), now];
    if (this.#refusals.length < MOST_REFUSALS) return;
    this.#refusals = [];
    this.#since.clear();
    this.#disprovedUntil = now + DISPROVED_MS;
  }

  #isShort(sighting: Sighting, now: number): boolean {
    const { dimension, windowMs, max, remaining, resetMs } = sighting;
    if (remaining === undefined || resetMs === undefined) return false;
    const isSoon = resetMs <= SOON_MS && remaining <= MOST_LEFT * max;
    if (windowMs !== MINUTE_MS || !isSoon || now < this.#disprovedUntil) {
      this.#since.delete(dimension);
      return false;
    }
    const since = this.#since.get(dimension) ?? now;
    const isExplained = this.#ourShare(sighting, now) >= EXPLAINED * (1 - remaining / max);
    if (isExplained && now - since < CONFIRMED_AFTER_MS) return false;
    this.#since.set(dimension, since);
    return true;
  }
}
