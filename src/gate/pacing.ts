import { NO_CAUTION, type Tuning } from '../model/learned.ts';
import {
  type Correction,
  type Limit,
  type LimitSource,
  MINUTE_MS,
  SECOND_MS,
  type Shape,
} from '../model/limits.ts';
import { type Pace, paceOf } from './pace.ts';
import { ProvenBurst } from './proven-burst.ts';

/**
 * Nobody has vouched for limits that weren't given. Their burst begins with next to nothing, grows
 * with what has passed, and passes a bucket of ten seconds.
 */
const FIRST_BURST_SECONDS = 0.1;
const FIRST_REQUESTS = 4;
const CAUTIOUS_BURST_SECONDS = 8;
/**
 * `'auto'` steers by what the server says is left, and keeps this share of the limit free; until it
 * has said anything, the usual fifth.
 */
const AUTO_HEADROOM = 0.01;
const USUAL_HEADROOM = 0.2;

/** Calls of more than this share of what may go in a second leave gaps between them. */
const GAPPY_SHARE = 0.2;
/** So many of them have gone one by one before they are tried without gaps. */
const GAPPY_CALLS = 6;
/** Without headroom, the gap that makes up for the network's spread is one as well. */
const GAPPY_AT_THE_LIMIT = 0;

/** Others' share is left to them in such steps, and no more of it than this: they may stop. */
const LEFT_STEP = 0.01;
const MOST_LEFT = 0.9;
/** Who is refused while so much of a limit is left has met one that counts over less than it says. */
const MUCH_LEFT = 0.25;

/** How a limit is kept. */
export interface MeterOptions {
  readonly shape: Shape;
  /** The shape is the user's word: its burst needs no proof. */
  readonly isShapeGiven?: boolean | undefined;
  /** The share that stays unused; `'auto'`: as little as goes without refusals. */
  readonly headroom: number | 'auto';
  readonly correction: Correction;
}

/** A limit, and where it comes from. */
export interface MeteredLimit extends Limit {
  readonly source: LimitSource;
}

/** What decides on the pace of one limit; the burst among it that calls have proven to pass. */
export class Pacing {
  limit: MeteredLimit;
  options: MeterOptions;
  tuning: Tuning = NO_CAUTION;
  /** The part of the limit that is ours to use. */
  share = 1;
  /** Whether a response has shown what the server has left. */
  isSeen = false;
  readonly proven: ProvenBurst = new ProvenBurst();
  /** The burst that has been proven, where the limit wasn't given. */
  #burst = 0;
  /** The share of the limit that others use. */
  #others = 0;
  /** Calls were refused while much of the limit was left: to follow what is left isn't enough. */
  #isShort = false;
  /** Calls so large that a guard of a second leaves gaps between them. */
  #gappy = 0;

  constructor(limit: MeteredLimit, options: MeterOptions) {
    this.limit = limit;
    this.options = options;
  }

  copyFrom(other: Pacing): void {
    this.tuning = other.tuning;
    this.share = other.share;
    this.isSeen = other.isSeen;
    this.#burst = other.#burst;
    this.#others = other.#others;
    this.#isShort = other.#isShort;
    this.#gappy = other.#gappy;
  }

  get pace(): Pace {
    const { shape } = this.options;
    const isGiven = this.limit.source === 'given';
    const burstSeconds = Math.min(shape.burstSeconds, this.#provenSeconds);
    const { enforcement } = this;
    const profile = isGiven ? shape : { ...shape, enforcement, burstSeconds };
    const left = this.#leaves ? this.#others : 0;
    return paceOf(this.limit, profile, 1 - this.share * (1 - this.#headroom), this.tuning, left);
  }

  /** Goes on with more or less caution; without any, what was refused is forgotten. */
  tune(tuning: Tuning): void {
    this.tuning = tuning;
    if (tuning.strictness === 0) this.#isShort = false;
  }

  /** Others use that share of the limit. Returns whether the pace is another one. */
  leaveTo(othersShare: number): boolean {
    const others = Math.min(MOST_LEFT, LEFT_STEP * Math.round(othersShare / LEFT_STEP));
    if (others === this.#others) return false;
    this.#others = others;
    return this.#leaves;
  }

  /** A call was refused while the server showed that share of the limit to be left. */
  refused(shown: number): void {
    this.#isShort ||= shown > MUCH_LEFT && this.limit.windowMs <= MINUTE_MS;
  }

  /**
   * Whether others' share is left to them in each second. With a part of the limit only, those who
   * have the other parts are among them.
   */
  get #leaves(): boolean {
    return this.#isShort && this.tuning.strictness > 0 && this.share === 1;
  }

  /**
   * A call of that cost goes. Where nobody knows the server, but it shows what is left, large calls
   * are let out of the guard of a second in time: at the rate of the limit, which hardly any server
   * minds. One that does says so, and caution brings the guard back. Returns whether the pace is
   * another one.
   */
  goes(cost: number): boolean {
    const perSecond = (this.limit.max * SECOND_MS) / this.limit.windowMs;
    const share = this.options.headroom === 'auto' ? GAPPY_AT_THE_LIMIT : GAPPY_SHARE;
    if (!this.#mayLoosen || cost <= share * perSecond) return false;
    return ++this.#gappy === GAPPY_CALLS;
  }

  /** How the server is believed to enforce the limit. */
  get enforcement(): Shape['enforcement'] {
    const isLoose = this.#mayLoosen && this.#gappy >= GAPPY_CALLS;
    return isLoose ? 'window' : this.options.shape.enforcement;
  }

  /** Whether what is used may flow in again all the time, as far as is known. */
  get mayBeBucket(): boolean {
    const { enforcement, isUnknown } = this.options.shape;
    return enforcement === 'bucket' || isUnknown === true || this.#isShort;
  }

  get #mayLoosen(): boolean {
    const { shape, isShapeGiven } = this.options;
    const isLearned = this.isSeen && this.limit.source !== 'given';
    return isLearned && shape.isUnknown === true && isShapeGiven !== true;
  }

  /** What stays free of what the server has left. */
  get kept(): number {
    const { headroom } = this.options;
    return headroom === 'auto' ? AUTO_HEADROOM : headroom;
  }

  /** Takes over what calls have proven by now. Returns whether the pace is another one. */
  prove(now: number): boolean {
    const burst = this.proven.most(now);
    if (burst === this.#burst || this.limit.source === 'given') return false;
    this.#burst = burst;
    return true;
  }

  /** What isn't used of the limit now. */
  get #headroom(): number {
    const { headroom } = this.options;
    if (headroom !== 'auto') return headroom;
    return this.isSeen ? AUTO_HEADROOM : USUAL_HEADROOM;
  }

  /** The burst that has been proven, in seconds of the rate. */
  get #provenSeconds(): number {
    if (this.options.isShapeGiven === true) return CAUTIOUS_BURST_SECONDS;
    const perSecond = ((1 - this.#headroom) * this.limit.max * SECOND_MS) / this.limit.windowMs;
    const first = this.limit.dimension === 'requests' ? FIRST_REQUESTS : 0;
    const seconds = Math.max(FIRST_BURST_SECONDS, Math.max(first, this.#burst) / perSecond);
    return Math.min(CAUTIOUS_BURST_SECONDS, seconds);
  }
}
