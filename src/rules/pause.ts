import { DAY_MS, HOUR_MS, MINUTE_MS } from '../model/limits.ts';
import type { PauseCause } from '../model/refusal.ts';
import { type Codec, oneOf, record, time } from './codec.ts';

/** The wait after a refusal that names none; doubled for each one that follows without a success. */
const FIRST_BACKOFF_MS = 1000;
/** The least wait after a second refusal in a row, whatever it says; doubled likewise. */
const FIRST_FLOOR_MS = 500;
const LONGEST_BACKOFF_MS = 30_000;
/** Nobody refuses for longer: a longer wait is an error of the sender, and counts as none. */
const LONGEST_WAIT_MS = DAY_MS;
/** A host that is overloaded can't know when it is well again. Both SDKs obey a minute at most. */
const LONGEST_CAPACITY_WAIT_MS = MINUTE_MS;
/** In a pause that is longer than the lane's patience, one call is let through so often. */
const PROBE_EVERY_MS = 10 * MINUTE_MS;
const DAILY_PROBE_EVERY_MS = HOUR_MS;

/** The lane is stopped from `since` until `until`, in milliseconds since the epoch. */
export interface Pause {
  readonly cause: PauseCause;
  readonly since: number;
  readonly until: number;
  /** From then on one call is let through, whose answer ends or renews the pause; or infinite. */
  readonly probeAt: number;
}

const CAUSES: readonly PauseCause[] = ['rate', 'daily', 'ramp', 'capacity', 'operator'];

export const pause: Codec<Pause> = record<Pause>({
  cause: oneOf(CAUSES),
  since: time,
  until: time,
  probeAt: time,
});

/** What a refusal asks for. */
export interface Asked {
  readonly cause: PauseCause;
  readonly retryAfterMs: number | undefined;
}

/** When a paused lane lets a call through again. */
export function reopensAt({ until, probeAt }: Pause): number {
  return Math.min(until, probeAt);
}

/** How long to wait after a refusal that `streak` others came before, in milliseconds. */
export function waitAfter(
  { cause, retryAfterMs = Number.POSITIVE_INFINITY }: Asked,
  streak: number,
): number {
  const mostMs = cause === 'capacity' ? LONGEST_CAPACITY_WAIT_MS : LONGEST_WAIT_MS;
  return Math.max(retryAfterMs <= mostMs ? retryAfterMs : backoff(streak), floor(streak));
}

/** How often a call is let through in a long pause, in milliseconds. */
export function probeEveryMs(cause: PauseCause): number {
  return cause === 'daily' ? DAILY_PROBE_EVERY_MS : PROBE_EVERY_MS;
}

function backoff(streak: number): number {
  return Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** streak);
}

function floor(streak: number): number {
  if (streak === 0) return 0;
  return Math.min(LONGEST_BACKOFF_MS, FIRST_FLOOR_MS * 2 ** (streak - 1));
}
