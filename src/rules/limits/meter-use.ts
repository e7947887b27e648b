import { MINUTE_MS } from '../../model/limits.ts';
import { drained, filledTo, owe, relieved, takeFromLevel, takeFromLevelAsHead } from './bucket.ts';
import {
  finerLimits,
  isOnTrial,
  leaveToOthers,
  readShape,
  recordRefusal,
  reservedShare,
} from './burst-policy.ts';
import { recordTried } from './burst-trial.ts';
import { type LimitMeter, refillMeter, repace } from './limit-meter.ts';
import type { PaceTerms } from './limit-policy.ts';
import { enterWindow, giveBack, scaleWindow, windowTotal } from './limit-window.ts';
import { exceedsTrial, flowingShareOf, meterCountedShare, meterRemaining } from './meter-room.ts';
import {
  correctBalance,
  limitOthers,
  newServerBalance,
  type Reading,
  type ServerBalance,
  takeFromBalance,
  usableBalance,
} from './server-balance.ts';
import { correctUse, recordReading, recordUse } from './window-use.ts';
import { areRefuted, countZero, NO_ZEROS } from './zeros.ts';

/** Takes `cost` for the first call of the queue: the savings first. */
export function takeFirst(meter: LimitMeter, cost: number, terms: PaceTerms, now: number): void {
  refillMeter(meter, terms, now);
  meter.bucket = takeFromLevelAsHead(meter.spec, meter.bucket, cost);
  enter(meter, cost, terms, now);
}

/** Takes `cost` from the level, whether it fits or not. The savings stay. */
export function takeLater(meter: LimitMeter, cost: number, terms: PaceTerms, now: number): void {
  refillMeter(meter, terms, now);
  meter.bucket = owe(meter.spec, meter.bucket, cost, meter.limit.windowMs);
  enter(meter, cost, terms, now);
}

/**
 * Corrects what a call took at `at` by `more`: a positive amount becomes a debt of a window's worth
 * at most, a negative one is given back. If responses show the server's balance, it is corrected only where the server is known
 * to do the same: the balance tells the rest.
 */
export function settleMeter(
  meter: LimitMeter,
  more: number,
  at: number,
  terms: PaceTerms,
  now: number,
  isKnown = false,
): void {
  const correction = isKnown ? 'settled' : terms.policy.correction;
  const isDone = more > 0 ? correction !== 'never' : correction === 'settled';
  if (isKnown) correctUse(meter.use, more, at);
  if (meter.balance !== undefined && !isDone) return;
  refillMeter(meter, terms, now);
  if (more > 0) borrow(meter, more, at, now);
  else {
    meter.bucket = takeFromLevel(meter.spec, meter.bucket, more);
    for (const window of meter.windows) {
      if (!isOnTrial(meter, window.spanMs)) giveBack(window, -more, at, now);
    }
  }
}

/** A window after the call was sent, nothing is owed for it; where it took long, half a window. */
function borrow(meter: LimitMeter, more: number, at: number, now: number): void {
  const { windowMs } = meter.limit;
  const owedForMs = windowMs - Math.min(windowMs / 2, Math.max(0, now - at));
  meter.bucket = owe(meter.spec, meter.bucket, more, owedForMs);
  for (const window of meter.windows) enterWindow(window, more, now);
  meter.owedAt = now;
}

/** A call that was taken at `at` is sent only now: bucket and windows count it from here. */
export function retimeMeter(
  meter: LimitMeter,
  cost: number,
  at: number,
  terms: PaceTerms,
  now: number,
): void {
  refillMeter(meter, terms, now);
  const before = takeFromLevel(meter.spec, meter.bucket, -cost);
  meter.bucket = takeFromLevel(meter.spec, before, cost);
  for (const window of meter.windows) {
    giveBack(window, cost, at, now);
    enterWindow(window, cost, now);
  }
}

/** Empties the bucket, because the server has refused a call. A debt stays. */
export function drainMeter(meter: LimitMeter, terms: PaceTerms, now: number): void {
  recordRefusal(meter, meter.shown);
  repace(meter, terms, now);
  meter.bucket = drained(meter.bucket);
  meter.zeros = NO_ZEROS;
}

/** So much may go as soon as a limit is shown: short of a bucket of ten seconds. */
const SHOWN_BURST_MS = 8000;
/** What is left of a limit may be so much less than expected: others use it too. */
const EXPECTED_WITHIN = 0.1;

/**
 * Takes note of what a response says that the server has left. Of a limit that takes more than a
 * minute to come back, one response alone is not believed where it shows far less than expected.
 */
export function observeMeter(
  meter: LimitMeter,
  reading: Reading,
  terms: PaceTerms,
  now: number,
): void {
  const isNew = meter.balance === undefined;
  meter.zeros = countZero(meter.zeros, meter.limit, reading, isNew, now);
  if (areRefuted(meter.zeros)) {
    meter.balance = undefined;
    meter.renewal.resetAt = Number.POSITIVE_INFINITY;
    return;
  }
  const wasOdd = meter.isLastOdd;
  meter.isLastOdd = isOdd(meter, reading, terms, now);
  if (meter.isLastOdd && !wasOdd) return;
  meter.shown = reading.remaining / reading.limit;
  recordReading(meter.use, reading, now);
  if (readShape(meter, reading)) repace(meter, terms, now);
  if (meter.balance === undefined) openBalance(meter, reading, terms, now);
  else updateBalance(meter, meter.balance, reading, terms, now);
  noteReset(meter, reading, now);
}

/** Resets of limits of a minute or less may be those of a part of it. */
function noteReset(meter: LimitMeter, reading: Reading, now: number): void {
  const { renewal, limit } = meter;
  const { resetMs = 0, takenSince } = reading;
  const isStated = resetMs > 0 && resetMs <= limit.windowMs && isOfServer(meter, reading);
  renewal.resetAt = isStated ? now + resetMs : Number.POSITIVE_INFINITY;
  renewal.taken = takenSince;
}

/** Whether two of the server's days in a row exceed nothing that was given, in any time of a day. */
function isOfServer({ limit, renewal }: LimitMeter, reading: Reading): boolean {
  return limit.windowMs > MINUTE_MS && renewal.given >= 2 * reading.limit;
}

function isOdd(meter: LimitMeter, reading: Reading, terms: PaceTerms, now: number): boolean {
  const { limit, remaining, takenSince } = reading;
  if (meter.limit.windowMs <= MINUTE_MS) return false;
  const expected = meterRemaining(meter, terms, now);
  return remaining - takenSince < expected - EXPECTED_WITHIN * limit;
}

/** Tokens are estimated, and others on the same account show late in them: their burst grows slowly. */
function isExact({ limit }: LimitMeter): boolean {
  return limit.dimension === 'requests';
}

function openBalance(meter: LimitMeter, reading: Reading, terms: PaceTerms, now: number): void {
  const { dimension, windowMs } = meter.limit;
  const balance = newServerBalance(reading, windowMs, reservedShare(terms.policy, dimension), now);
  const isNew = isExact(meter) && meter.limit.source !== 'given' && !meter.burst.isSeen;
  meter.balance = balance;
  meter.burst.isSeen = true;
  repace(meter, terms, now);
  // As far as the server has it, the burst of a limit that is shown for the first time is there at once.
  const { capacity, perMs } = meter.spec;
  const shown = isNew ? Math.min(capacity, perMs * SHOWN_BURST_MS) : 0;
  const most = Math.max(meter.bucket.level, shown);
  const usable = usableBalance(balance, now);
  meter.bucket = { ...meter.bucket, level: Math.min(most, usable) };
}

function updateBalance(
  meter: LimitMeter,
  balance: ServerBalance,
  reading: Reading,
  terms: PaceTerms,
  now: number,
): void {
  correctBalance(balance, reading, now);
  const counted = reading.counted ?? meterCountedShare(meter, terms, now);
  if (counted !== undefined) limitOthers(balance, counted);
  const others = counted ?? flowingShareOf(meter);
  if (leaveToOthers(meter.burst, others, terms)) repace(meter, terms, now);
  if (reading.sentAt >= meter.owedAt) {
    relieve(meter, usableBalance(balance, now), isOfServer(meter, reading), now);
  }
}

/**
 * The server shows what is left now: it counts, and no debt that we have noted before. What it shows
 * says nothing of windows that are shorter than the limit's. Where it has more left of its day than
 * is known here (`isOfServer`), that counts, too.
 */
function relieve(meter: LimitMeter, level: number, isOfServer: boolean, now: number): void {
  meter.bucket = relieved(meter.bucket, level);
  if (isOfServer) meter.bucket = filledTo(meter.spec, meter.bucket, level);
  for (const window of meter.windows) {
    if (window.spanMs < meter.limit.windowMs) continue;
    const total = windowTotal(window, now);
    const used = window.max - Math.min(window.max, Math.max(0, level));
    if (total > (isOfServer ? used : window.max)) scaleWindow(window, used / total, now);
  }
}

function enter(meter: LimitMeter, cost: number, terms: PaceTerms, now: number): void {
  for (const { level, trial, finer } of finerLimits(meter, terms.share)) {
    const isBeyond = level === 'second' && exceedsTrial(meter, cost, now);
    recordTried(trial, finer, cost, isBeyond, now);
  }
  for (const window of meter.windows) enterWindow(window, cost, now);
  if (meter.balance !== undefined) takeFromBalance(meter.balance, cost, now);
  meter.renewal.taken += cost;
  recordUse(meter.use, cost, now);
}
