import { MINUTE_MS } from '../../model/limits.ts';
import { waitOfHead, waitOfOther } from './bucket.ts';
import { finerLimits, isOnTrial, mayBeBucket, onTrial } from './burst-policy.ts';
import { finerWait, hearingWait, mayTry } from './burst-trial.ts';
import { busySince } from './busy-spell.ts';
import { type LimitMeter, refillMeter } from './limit-meter.ts';
import type { PaceTerms } from './limit-policy.ts';
import { windowTotal, windowWait } from './limit-window.ts';
import { balanceWait, flowingShare, remainingBalance, usableBalance } from './server-balance.ts';
import { countsLikeWindow, othersInWindow } from './window-use.ts';

/** Milliseconds until `cost` fits, for the first call of the queue. */
export function meterWaitOfHead(
  meter: LimitMeter,
  cost: number,
  terms: PaceTerms,
  now: number,
): number {
  return cost === 0 ? 0 : meterWaitAfter(meter, 0, cost, terms, now);
}

/** Milliseconds until `cost` fits, for a later call: the savings are for the first one. */
export function meterWaitOfOther(
  meter: LimitMeter,
  cost: number,
  terms: PaceTerms,
  now: number,
): number {
  if (cost === 0) return 0;
  refillMeter(meter, terms, now);
  const wait = waitOfOther(meter.spec, meter.bucket, cost);
  const ofTrial = Math.max(tenWait(meter, cost, terms, now), unseenWait(meter, now));
  return Math.max(wait, ofTrial, windowsWait(meter, cost, 0, now), serverWait(meter, cost, now));
}

/** How long the first call, of cost `head`, would wait if `other` were taken now. */
export function meterWaitAfter(
  meter: LimitMeter,
  other: number,
  head: number,
  terms: PaceTerms,
  now: number,
): number {
  refillMeter(meter, terms, now);
  const wait = waitOfHead(meter.spec, meter.bucket, head, other);
  const ofServer = serverWait(meter, head + other, now);
  const within = Math.max(
    tenWait(meter, head + other, terms, now),
    windowsWait(meter, head, other, now),
  );
  const beyond = other === 0 && within > 0 ? triedWait(meter, head, terms, now) : within;
  return Math.max(wait, ofServer, unseenWait(meter, now), Math.min(within, beyond));
}

/** Whether `cost` may exceed a limit: by as much as was given. */
export function mayExceedBy(
  meter: LimitMeter,
  cost: number,
  terms: PaceTerms,
  now: number,
): boolean {
  const { renewal, limit, spec } = meter;
  if (!renewal.mayExceed) return false;
  return used(meter, terms, now) + cost <= spec.capacity * (renewal.given / limit.max);
}

/** How long `cost` waits at most: until a response has said that the limit is unused again. */
export function resetWait({ renewal, spec }: LimitMeter, cost: number, now: number): number {
  const beyond = Math.max(0, cost + renewal.taken - spec.capacity);
  return Math.max(0, renewal.resetAt - now) + beyond / spec.perMs;
}

/** How long the last of several calls that cost `cost` together would wait. */
export function meterForecast(
  meter: LimitMeter,
  cost: number,
  terms: PaceTerms,
  now: number,
): number {
  if (cost === 0) return 0;
  refillMeter(meter, terms, now);
  let longest = Math.max(
    waitOfHead(meter.spec, meter.bucket, 0, cost),
    serverWait(meter, cost, now),
  );
  for (const window of meter.windows) {
    longest = Math.max(longest, windowWait(window, Math.min(cost, window.max), 0, now));
  }
  return longest;
}

/** What calls may take now: the least of bucket, windows and balance. Negative in debt. */
export function meterLevel(meter: LimitMeter, terms: PaceTerms, now: number): number {
  refillMeter(meter, terms, now);
  let level = meter.bucket.level;
  if (meter.balance !== undefined) level = Math.min(level, usableBalance(meter.balance, now));
  for (const window of meter.windows)
    level = Math.min(level, window.max - windowTotal(window, now));
  return level;
}

/**
 * What is left of the limit itself, whatever its burst and headroom: the server's balance if
 * responses show it, else what was not used here.
 */
export function meterRemaining(meter: LimitMeter, terms: PaceTerms, now: number): number {
  if (meter.balance !== undefined) return remainingBalance(meter.balance, now);
  return Math.max(0, meter.limit.max - used(meter, terms, now));
}

/** What was taken and has not flowed in again. */
export function used(meter: LimitMeter, terms: PaceTerms, now: number): number {
  refillMeter(meter, terms, now);
  let most = Math.max(0, meter.spec.capacity - meter.bucket.level);
  for (const window of meter.windows) most = Math.max(most, windowTotal(window, now));
  return most;
}

/** Milliseconds until all that was taken has flowed in again. */
export function resetMs(meter: LimitMeter, terms: PaceTerms, now: number): number {
  refillMeter(meter, terms, now);
  const missing = meter.spec.capacity - meter.bucket.level;
  let longest = Math.max(0, missing / meter.spec.perMs);
  for (const window of meter.windows) {
    longest = Math.max(longest, windowWait(window, window.max, 0, now));
  }
  return longest;
}

/** Whether all that was taken has flowed in again. */
export function isMeterFull(meter: LimitMeter, terms: PaceTerms, now: number): boolean {
  refillMeter(meter, terms, now);
  if (meter.bucket.level < meter.spec.capacity) return false;
  return meter.windows.every((window) => windowTotal(window, now) === 0);
}

/** How long `cost` takes at the rate of the limit, in milliseconds. */
export function timeOf({ spec }: LimitMeter, cost: number): number {
  return cost / spec.perMs;
}

/** What the limit lets through in a minute, in the long run. */
export function meterPerMinute({ spec }: LimitMeter): number {
  return spec.perMs * MINUTE_MS;
}

/** For how long the limit has been delaying the first call of the queue, whichever that was. */
export function meterBusyMs({ busy }: LimitMeter, now: number): number {
  return busySince(busy, now);
}

/**
 * The share of the limit that others on the same account use: by the inflow of a bucket, by the
 * count of a window.
 */
export function meterOthersShare(meter: LimitMeter, { policy }: PaceTerms, now: number): number {
  const flowing = flowingShareOf(meter);
  const counted = meterCountedShare(meter, { policy }, now) ?? flowing;
  const isBucket = policy.shapes[meter.limit.dimension].enforcement === 'bucket';
  return isBucket ? Math.min(flowing, counted) : counted;
}

/** The share that others use by the server's count, if a window may be what counts. */
export function meterCountedShare(
  meter: LimitMeter,
  { policy }: Pick<PaceTerms, 'policy'>,
  now: number,
): number | undefined {
  if (mayBeBucket(meter, policy) && !countsLikeWindow(meter.use, now)) return undefined;
  return meter.limit.windowMs === MINUTE_MS ? othersInWindow(meter.use, now) : 0;
}

/** The share that others use of what flows in. */
export function flowingShareOf({ balance }: LimitMeter): number {
  return balance === undefined ? 0 : flowingShare(balance);
}

/** `isTried`: the window of a trial holds nothing back. */
function windowsWait(
  meter: LimitMeter,
  cost: number,
  other: number,
  now: number,
  isTried = false,
): number {
  let longest = 0;
  for (const window of meter.windows) {
    if (isTried && isOnTrial(meter, window.spanMs)) continue;
    longest = Math.max(longest, windowWait(window, cost, other, now));
  }
  return longest;
}

/** The wait of a call that goes beyond the finer limit which is on trial. */
function triedWait(meter: LimitMeter, cost: number, terms: PaceTerms, now: number): number {
  const tried = onTrial(meter, cost, terms);
  if (tried === undefined || !mayTry(tried.trial, tried.finer, cost, now)) {
    return Number.POSITIVE_INFINITY;
  }
  const ofTen = meter.burst.stage === 'tryPerSecond' ? tenWait(meter, cost, terms, now) : 0;
  return Math.max(ofTen, windowsWait(meter, cost, 0, now, true));
}

/** Whether a call that goes now exceeds the window of a trial. */
export function exceedsTrial(meter: LimitMeter, cost: number, now: number): boolean {
  return meter.windows.some(
    (window) => isOnTrial(meter, window.spanMs) && windowWait(window, cost, 0, now) > 0,
  );
}

/** What a bucket of ten seconds would make a call wait, as long as there may be one. */
function tenWait(meter: LimitMeter, cost: number, { share }: PaceTerms, now: number): number {
  const { stage } = meter.burst;
  if (stage !== 'tryPerSecond' && stage !== 'tryTenSeconds') return 0;
  const tried = finerLimits(meter, share).find(({ level }) => level === 'ten');
  return tried === undefined ? 0 : finerWait(tried.trial, tried.finer, cost, now);
}

/** Where no response shows what is left, the limit itself may be wrong: answers may bring refusals. */
function unseenWait({ burst: { stage, isSeen, ten } }: LimitMeter, now: number): number {
  return stage === 'tryTenSeconds' && !isSeen ? hearingWait(ten, now) : 0;
}

function serverWait({ balance }: LimitMeter, cost: number, now: number): number {
  return balance === undefined ? 0 : balanceWait(balance, cost, now);
}
