import { HOUR_MS, SECOND_MS } from '../../model/limits.ts';

/** So many calls may be refused to find a finer limit out, and in how long at most. */
const MOST_OPEN = 2;
const REMEMBERED_MS = HOUR_MS;
/** Refusals come at once: requests of which none was refused for so long have passed. */
const SILENCE_MS = 2000;
/** By how much a network shifts calls against each other. */
const SPREAD_MS = 50;
/** A trial whose calls do not end is given up. */
const GIVEN_UP_MS = 60_000;
/** Sums may be off by so much of the capacity. */
const ROUNDING = 1e-9;
/** Two bursts as far apart, in parts of a second, do not both lie at the border of two seconds. */
const APART_MS = 150;

/** A finer limit that the server may have besides its own: a bucket. */
export interface FinerLimit {
  /** In the limit's unit. */
  readonly capacity: number;
  /** So much of it is surely there: costs are estimates. */
  readonly safe: number;
  readonly perMs: number;
  /** Calls within so long are one burst; infinite: until the bucket is full again. */
  readonly burstMs: number;
  /** So many bursts must pass. Each second one lies elsewhere in its second. */
  readonly bursts: number;
}

/**
 * Finds out whether a server has a finer limit than the one that is known: a burst of more than that
 * is sent and answered, or a call of it is refused.
 *
 * Invariant: at most two calls that exceed the finer limit are unanswered. So finding it out costs two
 * refused calls, and once it was found it is kept for an hour.
 */
export interface BurstTrial {
  /** When the present burst began, and when the last of its calls went that had room. */
  since: number;
  last: number;
  /** When the first answer came since then. */
  heardAt: number;
  /** What was sent in it, in the limit's unit, and what of that was answered. */
  sent: number;
  answered: number;
  /** Its calls, and those that have ended. */
  calls: number;
  ended: number;
  /** Its calls that exceed the finer limit and are unanswered, and when the last of them went. */
  open: number;
  until: number;
  /** Bursts that have passed, and where in its second the first one began. */
  passed: number;
  phaseMs: number | undefined;
  /** The finer limit was found, and is kept until then. */
  heldUntil: number;
}

const NO_CALLS = { sent: 0, answered: 0, calls: 0, ended: 0, open: 0 };

export function newBurstTrial(): BurstTrial {
  const never = Number.NEGATIVE_INFINITY;
  const times = { since: never, last: never, heardAt: never, until: never, heldUntil: never };
  return { ...times, ...NO_CALLS, passed: 0, phaseMs: undefined };
}

/**
 * Milliseconds until the finer limit has room for `cost`. What is larger than all of it goes alone:
 * it may be the server's, and may not.
 */
export function finerWait(trial: BurstTrial, finer: FinerLimit, cost: number, now: number): number {
  // Beside a trial, and where none can be made, no call may be refused because it arrived early.
  const isExposed = trial.open > 0 || slack(finer) >= MOST_OPEN * cost;
  const kept = margin(finer) + (isExposed ? slack(finer) : 0);
  const room = mostAt(trial, finer, now) - kept - sentAt(trial, finer, now);
  const missing = Math.min(cost, finer.capacity - kept) - room;
  return missing <= ROUNDING * finer.capacity ? 0 : missing / finer.perMs;
}

/** Milliseconds until what else is heard of a burst has been heard: refusals come with the answers. */
export function hearingWait({ heardAt, last }: BurstTrial, now: number): number {
  return heardAt < last ? 0 : Math.max(0, heardAt + SPREAD_MS - now);
}

/**
 * Whether a call of that cost may exceed the finer limit now. The calls that may be unanswered must tell
 * something; tokens over a longer time may take some steps. It goes right behind the calls that have
 * room: whichever arrive first, no more are refused. Later it would tell less.
 */
export function mayTry(trial: BurstTrial, finer: FinerLimit, cost: number, now: number): boolean {
  const left = MOST_OPEN - trial.open;
  if (left <= 0 || (trial.open > 0 && now > trial.until)) return false;
  const isLong = finer.burstMs === Number.POSITIVE_INFINITY;
  if (isLong && margin(finer) > 0) return true;
  const beyond = sentAt(trial, finer, now) - mostAt(trial, finer, now) - slack(finer);
  // One call beyond it tells enough, if that does not depend on an estimate.
  if (trial.open > 0 && beyond > margin(finer)) return false;
  return beyond + left * cost > 0;
}

/** Records that a call of that cost was sent; `isBeyond`: although it had no room. */
export function recordTried(
  trial: BurstTrial,
  finer: FinerLimit,
  cost: number,
  isBeyond: boolean,
  now: number,
): void {
  if (cost === 0) return;
  if (trial.open === 0 && isOver(trial, finer, now)) restart(trial, now);
  if (trial.open > 0 && now > trial.until) {
    // Not of the trial, but of the bucket.
    if (finer.burstMs === Number.POSITIVE_INFINITY) trial.sent += cost;
    return;
  }
  trial.sent += cost;
  trial.calls++;
  // A call by itself may be of any size.
  const isWithin = trial.calls === 1 || trial.sent <= mostAt(trial, finer, now) - margin(finer);
  if (isWithin && !isBeyond) {
    trial.last = now;
    return;
  }
  trial.open++;
  trial.until = now;
}

/** A call that was sent at `at` for `cost` has ended, and `passed` of that was taken by the server. */
export function recordPassed(
  trial: BurstTrial,
  finer: FinerLimit,
  call: { readonly at: number; readonly cost: number; readonly passed: number },
  now: number,
): void {
  const { at, cost, passed } = call;
  if (trial.heardAt < trial.last) trial.heardAt = now;
  if (at < trial.since || (trial.open > 0 && at > trial.until)) return;
  trial.sent -= cost - passed;
  trial.answered += Math.min(passed, finer.capacity);
  trial.ended++;
  if (trial.open === 0) return;
  if (trial.answered > mostAt(trial, finer, trial.until) + slack(finer)) pass(trial);
  else if (trial.ended >= trial.calls) trial.open = 0;
}

/** A call that was sent at `at` was refused. Returns whether that has shown the finer limit. */
export function recordRefused(trial: BurstTrial, at: number, now: number): boolean {
  if (trial.open === 0 || at < trial.since || at > trial.until) return false;
  hold(trial, now);
  return true;
}

/** Keeps to the finer limit for an hour. */
export function hold(trial: BurstTrial, now: number): void {
  Object.assign(trial, newBurstTrial(), { heldUntil: now + REMEMBERED_MS });
}

/** Draws the conclusion from silence: of a trial of requests, that it has passed. */
export function endTrial(trial: BurstTrial, isExact: boolean, now: number): void {
  if (trial.open === 0) return;
  const silentMs = now - trial.until;
  if (isExact && silentMs >= SILENCE_MS) pass(trial);
  else if (silentMs >= GIVEN_UP_MS) restart(trial, now);
}

/** The finer limit is surely none: as if all bursts had passed. */
export function refute(trial: BurstTrial, { bursts }: FinerLimit): void {
  trial.passed = bursts;
  trial.open = 0;
}

function pass(trial: BurstTrial): void {
  const phaseMs = trial.since % SECOND_MS;
  if (trial.phaseMs === undefined || isApart(phaseMs, trial.phaseMs)) trial.passed++;
  trial.phaseMs ??= phaseMs;
  trial.open = 0;
}

function isApart(one: number, other: number): boolean {
  const distance = Math.abs(one - other);
  return Math.min(distance, SECOND_MS - distance) >= APART_MS;
}

/** Whether the present burst is over: the next call begins another one. */
function isOver(trial: BurstTrial, finer: FinerLimit, now: number): boolean {
  const ageMs = now - trial.since;
  return ageMs > finer.burstMs || trial.sent <= finer.perMs * ageMs;
}

function margin({ capacity, safe }: FinerLimit): number {
  return capacity - safe;
}

/** What flows in besides while a network shifts calls: only more than that tells something. */
function slack({ perMs }: FinerLimit): number {
  return SPREAD_MS * perMs;
}

function restart(trial: BurstTrial, now: number): void {
  Object.assign(trial, NO_CALLS, { since: now, last: now });
}

function sentAt(trial: BurstTrial, finer: FinerLimit, now: number): number {
  return trial.open === 0 && isOver(trial, finer, now) ? 0 : trial.sent;
}

function mostAt(trial: BurstTrial, finer: FinerLimit, now: number): number {
  if (trial.open === 0 && isOver(trial, finer, now)) return finer.capacity;
  return finer.capacity + finer.perMs * Math.max(0, now - trial.since);
}
