import { Patience } from './patience.ts';

/** An episode of refusals, as one limit sees it. */
export interface Episode {
  readonly now: number;
  /** What the provider took in the minute before, in the limit's dimension. */
  readonly taken: number;
  /** Whether there was such a minute: else more may be possible. */
  readonly isMeasured: boolean;
  /** Whether the lane was paused in that minute: then surely more is. */
  readonly wasPaused: boolean;
  readonly refusals: number;
  /** Refused because load had grown too fast. */
  readonly isRamp: boolean;
}

/** A minute with a pause in it doesn't prove that less is possible than this share of a guess. */
const LEAST_SHARE = 0.5;
/** A guess that was refused is taken to be too high by this. */
const CUT = 0.8;
const QUIET_MS = 60_000;
/** A guess that nothing has contradicted is doubled each quiet minute in which it was used. */
const FAST = 2;
/** Where more was once refused, it is raised by a tenth of it. */
const SLOW = 1.1;
/**
 * After a ramp error load may grow by half in a quarter of an hour (OpenAI's guide, 2026-08): half
 * of that in half the time, to stay below.
 */
const RAMP = 1.2;
const RAMP_QUIET_MS = 450_000;

/**
 * A limit of a minute that nobody has stated, found by trying: lowered to what was taken when calls
 * are refused, raised again while it is used and nothing is refused. Time is a parameter.
 */
export class Guess {
  readonly #most: number;
  #max: number;
  /** What was last refused, less a fifth: below it, nothing speaks against more. */
  #ceiling = Number.POSITIVE_INFINITY;
  #isRamping = false;
  #changedAt: number;
  readonly #patience = new Patience();

  /** `most`: what it is never raised above. */
  constructor(max: number, now: number, most: number = Number.POSITIVE_INFINITY) {
    this.#max = max;
    this.#most = most;
    this.#changedAt = now;
  }

  get max(): number {
    return this.#max;
  }

  /** Calls were refused in spite of it. */
  episode({ now, taken, isMeasured, wasPaused, refusals, isRamp }: Episode): void {
    const before = this.#max;
    const isKnown = Number.isFinite(before);
    const least = wasPaused && isKnown ? LEAST_SHARE * before : 0;
    this.#max = Math.max(1, least, Math.min(isRamp ? CUT * taken : taken, CUT * before));
    if (isMeasured) this.#ceiling = isKnown ? CUT * before : taken;
    this.#isRamping ||= isRamp;
    this.#changedAt = now;
    this.#patience.failed(refusals, now);
  }

  /** A call was answered; `isUsed`: as many as it allows were. Returns whether it was raised. */
  answered(isUsed: () => boolean, now: number): boolean {
    this.#patience.answered();
    const quietMs = this.#isRamping ? RAMP_QUIET_MS : QUIET_MS;
    if (this.#max >= this.#most || now - this.#changedAt < quietMs || !isUsed()) return false;
    const next = this.#next(now);
    if (next === undefined) return false;
    this.#max = Math.min(this.#most, next);
    this.#changedAt = now;
    return true;
  }

  /** What it is raised to, if it is. */
  #next(now: number): number | undefined {
    if (this.#isRamping) return RAMP * this.#max;
    if (this.#ceiling === Number.POSITIVE_INFINITY) return FAST * this.#max;
    if (this.#max < this.#ceiling) return Math.min(this.#ceiling, SLOW * this.#max);
    if (!this.#patience.isOver(now)) return undefined;
    this.#patience.succeeded(now);
    this.#ceiling = SLOW * this.#max;
    return this.#ceiling;
  }
}
