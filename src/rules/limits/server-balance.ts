import { slack } from './bucket.ts';

/** A statement by the server of what is left of a limit. */
export interface Reading {
  readonly limit: number;
  readonly remaining: number;
  /** Milliseconds until the limit is unused again, as stated. */
  readonly resetMs?: number | undefined;
  /** When the call whose response brought it was sent. */
  readonly sentAt: number;
  /** The cost of all calls sent after that one. */
  readonly takenSince: number;
  /** The share of the limit that others used, where another process has counted it. */
  readonly counted?: number | undefined;
}

/** Of a reading above the expected balance, this share is believed at a time; one below, all at once. */
const TRUST_IN_MORE = 0.25;
/** Readings are whole numbers, some whole thousands: a smaller difference is nobody's use. */
const ROUNDING = 2;
const ROUNDING_SHARE = 0.0005;
/** Readings are compared over so long. The estimate of others' use follows in ten times that. */
const LEARNING_MS = 1000;
const OTHERS_WEIGHT = 0.1;
/** What came back unexplained explains later losses: half as much each half minute. */
const CREDIT_HALF_MS = 30_000;
/** So near to the limit, a balance tells nothing of others: any inflow is lost. */
const FULL_WITHIN_MS = 2000;
/** While the balance is full, the estimate of others' use fades: by half in half a minute. */
const FADING = 0.98;
/** This share of the headroom is kept free of the balance: readings are rounded, and old. */
const MARGIN_SHARE = 0.25;
/** Others' use is predicted for so long: about a round trip. */
const MARGIN_MS = 1000;
/** Others' counted use is a lower bound: so much more is believed. */
const DOUBT = 1.5;
const DOUBT_SHARE = 0.1;
/** The balance recovers by at least a tenth of the rate, however much others use: they may stop. */
const LEAST_REFILL = 0.1;

/**
 * What the server is believed to have left of one limit, before headroom. It is known from readings,
 * the calls sent since, and the refill rate of the limit. Refunds are known from readings only.
 */
export interface ServerBalance {
  limit: number;
  windowMs: number;
  headroom: number;
  /** In the limit's unit, at `at`. */
  level: number;
  at: number;
  /** What others use, in the limit's unit per millisecond. */
  othersPerMs: number;
  /**
   * The loss since `learnedAt` that our own calls don't explain. Below 0: more was there than they
   * explain, which may be used up only now, as where output counts as it is produced.
   */
  unexplained: number;
  learnedAt: number;
}

export function newServerBalance(
  reading: Reading,
  windowMs: number,
  headroom: number,
  now: number,
): ServerBalance {
  const { limit } = reading;
  const nothing = { level: 0, othersPerMs: 0, unexplained: 0 };
  const balance = { limit, windowMs, headroom, ...nothing, at: now, learnedAt: now };
  balance.level = expectedLevel(balance, reading, now);
  return balance;
}

/** The share of the limit that others on the same account use, as far as is known. */
export function flowingShare(balance: ServerBalance): number {
  return balance.othersPerMs / ratePerMs(balance);
}

/** Corrects the balance by a reading. */
export function correctBalance(balance: ServerBalance, reading: Reading, now: number): void {
  const isSame = reading.limit === balance.limit;
  balance.limit = reading.limit;
  refill(balance, now);
  const surprise = expectedLevel(balance, reading, now) - balance.level;
  const correction = surprise < 0 ? surprise : surprise * TRUST_IN_MORE;
  balance.level += correction;
  if (isSame) balance.unexplained -= correction;
  if (now - balance.learnedAt >= LEARNING_MS) learnOthers(balance, reading.remaining, now);
}

/** The limit is unused again, less `spent`. */
export function renewBalance(balance: ServerBalance, spent: number, now: number): void {
  balance.level = balance.limit - spent;
  balance.at = now;
  balance.unexplained = 0;
  balance.learnedAt = now;
}

/** Lowers the estimate of others' use to what the counted `share` allows: late inflow is no use. */
export function limitOthers(balance: ServerBalance, share: number): void {
  const most = DOUBT_SHARE + DOUBT * share;
  balance.othersPerMs = Math.min(balance.othersPerMs, most * ratePerMs(balance));
}

/** Milliseconds until the server is believed to have room for `cost`. */
export function balanceWait(balance: ServerBalance, cost: number, now: number): number {
  refill(balance, now);
  const missing = Math.min(balance.limit, cost + margin(balance)) - balance.level;
  return missing <= slack(cost) ? 0 : missing / refillPerMs(balance);
}

export function takeFromBalance(balance: ServerBalance, cost: number, now: number): void {
  refill(balance, now);
  balance.level -= cost;
}

/** What the server is believed to have left for us. May be negative. */
export function usableBalance(balance: ServerBalance, now: number): number {
  refill(balance, now);
  return balance.level - margin(balance);
}

/** What the server is believed to have left for all who use the limit. Never negative. */
export function remainingBalance(balance: ServerBalance, now: number): number {
  refill(balance, now);
  return Math.max(0, balance.level);
}

function ratePerMs({ limit, windowMs }: ServerBalance): number {
  return limit / windowMs;
}

function refillPerMs(balance: ServerBalance): number {
  const rate = ratePerMs(balance);
  return Math.max(LEAST_REFILL * rate, rate - balance.othersPerMs);
}

function margin({ headroom, limit, othersPerMs }: ServerBalance): number {
  return MARGIN_SHARE * headroom * limit + MARGIN_MS * othersPerMs;
}

function refill(balance: ServerBalance, now: number): void {
  if (now <= balance.at) return;
  const inflow = refillPerMs(balance) * (now - balance.at);
  balance.level = Math.min(balance.limit, balance.level + inflow);
  balance.at = now;
}

/** The level at `now` by a reading: refilled since, less what was sent since. */
function expectedLevel(balance: ServerBalance, reading: Reading, now: number): number {
  const { remaining, sentAt, takenSince } = reading;
  const refilled = refillPerMs(balance) * Math.max(0, now - sentAt);
  return Math.min(balance.limit, remaining + refilled - takenSince);
}

function learnOthers(balance: ServerBalance, remaining: number, now: number): void {
  const { limit, unexplained } = balance;
  const elapsedMs = now - balance.learnedAt;
  balance.unexplained = 0;
  balance.learnedAt = now;
  const rate = ratePerMs(balance);
  const isFull = remaining > limit - FULL_WITHIN_MS * rate;
  if (isFull) balance.othersPerMs *= FADING;
  else if (Math.abs(unexplained) <= Math.max(ROUNDING, ROUNDING_SHARE * limit)) return;
  const learned = (isFull ? 0 : balance.othersPerMs) + (OTHERS_WEIGHT * unexplained) / elapsedMs;
  if (!isFull) balance.othersPerMs = Math.min(rate, Math.max(0, learned));
  if (learned < 0) keepCredit(balance, (learned * elapsedMs) / OTHERS_WEIGHT, elapsedMs);
}

/** More came back than others can have left unused: it was not used yet when it was shown. */
function keepCredit(balance: ServerBalance, credit: number, elapsedMs: number): void {
  balance.unexplained += credit * 0.5 ** (elapsedMs / CREDIT_HALF_MS);
}
