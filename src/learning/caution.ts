import { NO_CAUTION, type Tuning } from '../model/learned.ts';
import type { PauseCause } from '../model/refusal.ts';

const STRICTNESS: readonly Tuning['strictness'][] = [0, 1, 2, 3];

/** Of the recent calls, the share that may be refused before the rate is cut. */
const TOLERATED = 0.01;
/** Fewer calls than this say nothing of a share: a lane may have started on an empty bucket. */
const LEAST_CALLS = 50;
/** Each call weighs this much less than the next one: about the last 500 count. */
const FADING = 0.998;
const CUT = 0.8;
/** Where less than this share of the rate came through, the limit is another one: so much is left. */
const GROSS = 0.5;
const LEAST_SHARE = 0.0001;
/** The rate comes back in steps of a tenth of what it is, for each quiet minute. */
const STEP = 1.1;
const STEP_AFTER_MS = 60_000;
/**
 * After a ramp error load may grow by half in a quarter of an hour (OpenAI's guide, 2026-08): half
 * of that in half the time, to stay below.
 */
const RAMP_STEP = 1.2;
const RAMP_STEP_AFTER_MS = 450_000;
/** A burst is tried again after so long without a refusal; twice as long after each one that failed. */
const RELAX_AFTER_MS = 600_000;

/**
 * What a lane learns from refusals that it had not foreseen. Time is a parameter.
 *
 * Invariant: one episode of refusals (the caller tells of its beginning) is one cut and one step of
 * strictness at most, however many calls it hit.
 */
export class Caution {
  readonly #isGiven: boolean;
  #tuning: Tuning = NO_CAUTION;
  #calls = 0;
  #refused = 0;
  #isRamping = false;
  #steppedAt = 0;
  #relaxedAt = 0;
  #relaxAfterMs = RELAX_AFTER_MS;

  /** `isGiven`: the limits are their user's word, and lose their burst step by step only. */
  constructor(isGiven: boolean = true) {
    this.#isGiven = isGiven;
  }

  get tuning(): Tuning {
    return this.#tuning;
  }

  /** Goes on as carefully as another process has found to be right. */
  adopt(rateShare: number, strictness: number, now: number): void {
    const level = STRICTNESS.find((each) => each === strictness) ?? this.#tuning.strictness;
    this.#tuning = { ...this.#tuning, rateShare, strictness: level };
    this.#steppedAt = now;
    this.#relaxedAt = now;
  }

  /** A call was answered. Returns whether the tuning is another one now. */
  answered(now: number): boolean {
    this.#note(0);
    const before = this.#tuning;
    this.#recover(now);
    this.#relax(now);
    return this.#tuning !== before;
  }

  /** A call was refused: any, also one of an episode that has been told of. */
  refused(): void {
    this.#note(1);
  }

  /**
   * There was an episode of refusals. `used`: what was taken before, as a share of what may go at
   * present. Returns whether the tuning is another one now.
   */
  episode(cause: PauseCause, now: number, used = 1): boolean {
    const before = this.#tuning;
    const isTooMany = this.#calls >= LEAST_CALLS && this.#refused > TOLERATED * this.#calls;
    if (cause === 'ramp') {
      this.#isRamping = true;
      this.#cut(CUT * used, now);
    }
    if (cause === 'rate' && isTooMany) this.#cut(used < GROSS ? used : CUT, now);
    if (cause === 'rate') this.#tighten(now);
    return this.#tuning !== before;
  }

  /** There was an episode of refusals, for which the limits themselves have been lowered. */
  tightenOnly(now: number): void {
    this.#tighten(now);
    if (!this.#isRamping) this.#tuning = { ...this.#tuning, rateShare: 1 };
  }

  /** Gives up bursts: step by step where the limits were given, else all at once. */
  #tighten(now: number): void {
    const strictness = this.#isGiven ? stricter(this.#tuning.strictness) : 3;
    this.#tuning = { ...this.#tuning, strictness };
    this.#relaxedAt = now;
  }

  #note(refused: 0 | 1): void {
    this.#calls = FADING * this.#calls + 1;
    this.#refused = FADING * this.#refused + refused;
  }

  #cut(share: number, now: number): void {
    const rateShare = Math.max(LEAST_SHARE, share * this.#tuning.rateShare);
    this.#tuning = { ...this.#tuning, rateShare };
    this.#steppedAt = now;
    // What was refused until now has been answered for.
    this.#refused = 0;
  }

  #recover(now: number): void {
    if (this.#tuning.rateShare === 1) return;
    const afterMs = this.#isRamping ? RAMP_STEP_AFTER_MS : STEP_AFTER_MS;
    if (now - this.#steppedAt < afterMs) return;
    const step = this.#isRamping ? RAMP_STEP : STEP;
    const rateShare = Math.min(1, step * this.#tuning.rateShare);
    if (rateShare === 1) this.#isRamping = false;
    this.#tuning = { ...this.#tuning, rateShare };
    this.#steppedAt = now;
  }

  #relax(now: number): void {
    const { strictness } = this.#tuning;
    if (strictness === 0 || now - this.#relaxedAt < this.#relaxAfterMs) return;
    this.#tuning = { ...this.#tuning, strictness: looser(strictness) };
    this.#relaxedAt = now;
    this.#relaxAfterMs *= 2;
  }
}

function stricter(strictness: Tuning['strictness']): Tuning['strictness'] {
  return strictness === 0 ? 1 : strictness === 1 ? 2 : 3;
}

function looser(strictness: Tuning['strictness']): Tuning['strictness'] {
  return strictness === 3 ? 2 : strictness === 2 ? 1 : 0;
}
