import { slack } from './bucket.ts';

/** One reading of what the server has left. */
export interface Reading {
  readonly limit: number;
  readonly remaining: number;
  /** When the call that brought it was let through. */
  readonly sentAt: number;
  /** What has been let through since then, that call not included. */
  readonly takenSince: number;
  /** The share that others were counted to use, where somebody else has counted. */
  readonly counted?: number | undefined;
}

/** A reading above what was expected is believed by this share at a time; one below at once. */
const TRUST_IN_MORE = 0.25;
/** Readings are whole numbers, some of them whole thousands: less than this is nobody's use. */
const ROUNDING = 2;
const ROUNDING_SHARE = 0.0005;
/** Readings are compared over so long, and the estimate of what others take follows in ten times that. */
const LEARNING_MS = 1000;
const OTHERS_WEIGHT = 0.1;
/** A level so near to the limit says nothing of others: what flows in is lost, whoever takes it. */
const FULL_WITHIN_MS = 2000;
/** While it is full, what was known of others fades: half of it in half a minute. */
const FADING = 0.98;
/** Of the headroom, what the server's level is kept above: readings are rounded, and old. */
const MARGIN_SHARE = 0.25;
/** Others' use is looked ahead by so much: about a round trip. */
const MARGIN_MS = 1000;
/** What a count says that others use is the least that they do: this much more is believed. */
const DOUBT = 1.5;
const DOUBT_SHARE = 0.1;
/** However much others take, the view recovers by a tenth of the rate: they may stop. */
const LEAST_REFILL = 0.1;

/**
 * What the server is believed to have left of one limit. It knows only what responses have said,
 * what was let through since, and how fast the limit refills; refunds it learns from the server.
 *
 * Time is a parameter. The level is the server's, before any headroom.
 */
export class ServerView {
  #limit: number;
  readonly #windowMs: number;
  #headroom: number;
  #level: number;
  #at: number;
  /** What others take of the limit, in tokens per millisecond. */
  #othersPerMs = 0;
  /** What the level has lost without our doing, since that was last looked at. */
  #unexplained = 0;
  #learnedAt: number;

  constructor(reading: Reading, windowMs: number, headroom: number, now: number) {
    this.#limit = reading.limit;
    this.#windowMs = windowMs;
    this.#headroom = headroom;
    this.#at = now;
    this.#learnedAt = now;
    this.#level = this.#reckoned(reading, now);
  }

  /** The share of the limit that somebody else on the same account uses, as far as is known. */
  get othersShare(): number {
    return this.#othersPerMs / this.#ratePerMs;
  }

  /** Another one in the same state. */
  copy(): ServerView {
    const reading = { limit: this.#limit, remaining: 0, sentAt: this.#at, takenSince: 0 };
    const copy = new ServerView(reading, this.#windowMs, this.#headroom, this.#at);
    copy.#level = this.#level;
    copy.#othersPerMs = this.#othersPerMs;
    copy.#unexplained = this.#unexplained;
    copy.#learnedAt = this.#learnedAt;
    return copy;
  }

  /** Keeps another share of the limit free. */
  keep(headroom: number): void {
    this.#headroom = headroom;
  }

  /** Corrects the view by a reading. */
  observe(reading: Reading, now: number): void {
    const isSame = reading.limit === this.#limit;
    this.#limit = reading.limit;
    this.#refill(now);
    const surprise = this.#reckoned(reading, now) - this.#level;
    const correction = surprise < 0 ? surprise : surprise * TRUST_IN_MORE;
    this.#level += correction;
    if (isSame) this.#unexplained -= correction;
    if (now - this.#learnedAt >= LEARNING_MS) this.#learnOthers(reading.remaining, now);
  }

  /** Others were counted to use this share: what merely flows in late is no use of theirs. */
  limitOthers(share: number): void {
    const most = DOUBT_SHARE + DOUBT * share;
    this.#othersPerMs = Math.min(this.#othersPerMs, most * this.#ratePerMs);
  }

  /** Milliseconds until the server is believed to have room for `cost`. */
  wait(cost: number, now: number): number {
    this.#refill(now);
    const missing = Math.min(this.#limit, cost + this.#margin) - this.#level;
    return missing <= slack(cost) ? 0 : missing / this.#refillPerMs;
  }

  take(cost: number, now: number): void {
    this.#refill(now);
    this.#level -= cost;
  }

  /** What the server is believed to have left for us; negative where that is less than nothing. */
  level(now: number): number {
    this.#refill(now);
    return this.#level - this.#margin;
  }

  /** What the server is believed to have left, for all who use the limit; never negative. */
  remaining(now: number): number {
    this.#refill(now);
    return Math.max(0, this.#level);
  }

  get #ratePerMs(): number {
    return this.#limit / this.#windowMs;
  }

  get #refillPerMs(): number {
    return Math.max(LEAST_REFILL * this.#ratePerMs, this.#ratePerMs - this.#othersPerMs);
  }

  get #margin(): number {
    return MARGIN_SHARE * this.#headroom * this.#limit + MARGIN_MS * this.#othersPerMs;
  }

  #refill(now: number): void {
    if (now <= this.#at) return;
    this.#level = Math.min(this.#limit, this.#level + this.#refillPerMs * (now - this.#at));
    this.#at = now;
  }

  /** What a reading says of the present: refilled since, and without what has been sent since. */
  #reckoned({ remaining, sentAt, takenSince }: Reading, now: number): number {
    const refilled = this.#refillPerMs * Math.max(0, now - sentAt);
    return Math.min(this.#limit, remaining + refilled - takenSince);
  }

  #learnOthers(remaining: number, now: number): void {
    const unexplained = this.#unexplained;
    const perMs = unexplained / (now - this.#learnedAt);
    this.#unexplained = 0;
    this.#learnedAt = now;
    if (remaining > this.#limit - FULL_WITHIN_MS * this.#ratePerMs) this.#othersPerMs *= FADING;
    else if (Math.abs(unexplained) > Math.max(ROUNDING, ROUNDING_SHARE * this.#limit)) {
      const learned = this.#othersPerMs + OTHERS_WEIGHT * perMs;
      this.#othersPerMs = Math.min(this.#ratePerMs, Math.max(0, learned));
    }
  }
}
