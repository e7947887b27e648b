import { DAY_MS, HOUR_MS, MINUTE_MS } from '../model/limits.ts';
import type { PauseCause } from '../model/refusal.ts';

/** The wait after a refusal that names none; doubled for each one that follows without a success. */
const FIRST_BACKOFF_MS = 1000;
/** The least wait after a second refusal in a row, whatever it says; doubled likewise. */
const FIRST_FLOOR_MS = 500;
const LONGEST_BACKOFF_MS = 30_000;
/** Nobody refuses for longer: a longer wait is an error of the sender, and counts as none. */
const LONGEST_WAIT_MS = DAY_MS;
/** A host that is overloaded can't know when it is well again. Both SDKs obey a minute at most. */
const LONGEST_CAPACITY_WAIT_MS = MINUTE_MS;
/** A longer wait that one response alone asks for may be an error: a call tries early. */
const BELIEVED_MS = MINUTE_MS;
const FIRST_PROBE_MS = 45_000;
/** In a pause that is sure, and longer than the lane's patience, one call is let through so often. */
const PROBE_EVERY_MS = 10 * MINUTE_MS;
const DAILY_PROBE_EVERY_MS = HOUR_MS;
/** Hosts that ask for the same wait each time ask for a little more than is left of the first one. */
const SAME_WAIT = 2;

/** The lane is stopped from `since` until `until`, in milliseconds since the epoch. */
export interface Pause {
  readonly cause: PauseCause;
  readonly since: number;
  readonly until: number;
  /** From then on one call is let through, whose answer ends or renews the pause; or infinite. */
  readonly probeAt: number;
  /** It is at most a minute, or two responses say that it is about as long. */
  readonly isSure: boolean;
}

/** What a refusal asks for. */
export interface RequestedPause {
  readonly cause: PauseCause;
  readonly retryAfterMs: number | undefined;
}

/** When a paused lane lets a call through again. */
export function reopensAt({ until, probeAt }: Pause): number {
  return Math.min(until, probeAt);
}

/** How long to wait after a refusal that `streak` others came before, in milliseconds. */
export function waitAfter(
  { cause, retryAfterMs = Number.POSITIVE_INFINITY }: RequestedPause,
  streak: number,
): number {
  const mostMs = cause === 'capacity' ? LONGEST_CAPACITY_WAIT_MS : LONGEST_WAIT_MS;
  return Math.max(retryAfterMs <= mostMs ? retryAfterMs : backoff(streak), floor(streak));
}

/**
 * The least wait while a day's limit has been refusing for `lastedMs`, whatever each refusal asks
 * for: an outage that is taken for a day's limit delays calls by half of its time at most.
 */
export function dailyWait(lastedMs: number): number {
  return Math.min(DAILY_PROBE_EVERY_MS, lastedMs / 2);
}

/**
 * The pause after a refusal that asks for `waitMs`.
 * `earlier`: the pause before, if nothing but refusals came since.
 */
export function pauseFor(
  { cause, waitMs }: { cause: PauseCause; waitMs: number },
  earlier: Pause | undefined,
  patienceMs: number,
  now: number,
): Pause {
  const until = now + waitMs;
  const isSure = waitMs <= BELIEVED_MS || (earlier !== undefined && saysAsMuch(earlier, waitMs));
  const isTried = waitMs > patienceMs;
  const probeMs = isTried ? probeEveryMs(cause) : Number.POSITIVE_INFINITY;
  return { cause, since: now, until, probeAt: now + (isSure ? probeMs : FIRST_PROBE_MS), isSure };
}

/** Another response to a call of the same shortage asks to wait until `until`. */
export function confirmed(pause: Pause, until: number, patienceMs: number): Pause {
  const { cause, since } = pause;
  if (pause.isSure || since + (until - since) * SAME_WAIT < pause.until) return pause;
  return pauseFor({ cause, waitMs: pause.until - since }, pause, patienceMs, since);
}

/** How long a refused call waits that pauses nothing, in milliseconds: a long wait is tried early. */
export function restAfter(asked: RequestedPause, refusals: number): number {
  const waitMs = waitAfter(asked, refusals);
  return refusals === 0 && waitMs > BELIEVED_MS ? FIRST_PROBE_MS : waitMs;
}

/** How long after a probe the next one goes, in milliseconds. */
export function probeEveryMs(cause: PauseCause): number {
  return cause === 'daily' ? DAILY_PROBE_EVERY_MS : PROBE_EVERY_MS;
}

function saysAsMuch({ since, until }: Pause, waitMs: number): boolean {
  const earlierMs = until - since;
  return earlierMs > BELIEVED_MS && waitMs <= SAME_WAIT * earlierMs;
}

function backoff(streak: number): number {
  return Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** streak);
}

function floor(streak: number): number {
  if (streak === 0) return 0;
  return Math.min(LONGEST_BACKOFF_MS, FIRST_FLOOR_MS * 2 ** (streak - 1));
}
