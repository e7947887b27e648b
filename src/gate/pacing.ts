import { NO_CAUTION, type Tuning } from '../learning/caution.ts';
import { type Correction, type Limit, type LimitSource, SECOND_MS, type Shape } from '../limits.ts';
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
    this.#gappy = other.#gappy;
  }

  get pace(): Pace {
    const { shape } = this.options;
    const isGiven = this.limit.source === 'given';
    const burstSeconds = Math.min(shape.burstSeconds, this.#provenSeconds);
    const { enforcement } = this;
    const profile = isGiven ? shape : { ...shape, enforcement, burstSeconds };
    return paceOf(this.limit, profile, 1 - this.share * (1 - this.#headroom), this.tuning);
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
